/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "log/log.h"

#include <stdio.h>
#include <string.h>

#define LIVE_LIMIT_MS 3000

static const char *
result_name(svc_result_t result)
{
    switch (result) {
    case RESULT_OK:
        return "ok";
    case RESULT_DUPLICATE:
        return "duplicate";
    case RESULT_RETRY:
        return "retry";
    case RESULT_REJECT:
        return "reject";
    case RESULT_COUNT:
        break;
    }
    return "unknown";
}

void
svc_result_counters(svc_t *self, const char *topic, metric_t *ret[RESULT_COUNT])
{
    AUTO_STR name = STR_INIT;

    str_printf(&name, "%s_messages_total", self->def->name);
    for (int r = 0; r < RESULT_COUNT; r++) {
        AUTO_STR labels = STR_INIT;
        str_printf(&labels, "topic=\"%s\",result=\"%s\"", topic, result_name((svc_result_t) r));
        ret[r] = metrics_counter(name.ptr, labels.ptr, "messages by topic or type and what became of them");
    }
}

void
svc_metrics_init(svc_t *self)
{
    for (size_t i = 0; i < self->stream_count; i++) {
        AUTO_STR labels = STR_INIT;
        str_printf(&labels, "stream=\"%s\"", self->def->produces[i]);
        self->stream_seq[i] = metrics_gauge("stream_seq", labels.ptr, "number of the last committed event");
    }
    self->ready_gauge = metrics_gauge("service_ready", NULL, "1 when /readyz answers 200");
    self->turn_seconds = metrics_histogram("loop_lag_seconds", NULL, "how long one turn of the loop kept the others waiting");
    self->db_errors = metrics_counter("db_lost_total", NULL, "connections to the database that failed or were lost");
}

/* Looking a histogram up by its labels would cost more than many a statement. */
metric_t *
svc_statement_seconds(svc_t *self, const char *set, const char *stmt)
{
    uint64_t hash = ((uint64_t) (uintptr_t) stmt ^ (uint64_t) (uintptr_t) set << 20) * 0x9e3779b97f4a7c15u;
    size_t at = (size_t) (hash >> 55) & (SVC_STATEMENTS_MAX - 1);

    for (size_t i = 0; i < SVC_STATEMENTS_MAX; i++, at = (at + 1) & (SVC_STATEMENTS_MAX - 1)) {
        if (self->statements[at].stmt == stmt && self->statements[at].set == set)
            return self->statements[at].seconds;
        if (self->statements[at].stmt == NULL)
            break;
    }
    AUTO_STR labels = STR_INIT;
    str_printf(&labels, "statement=\"%s.%s\"", set, stmt);
    metric_t *seconds = metrics_histogram("db_seconds", labels.ptr, "duration of SQL statements");
    if (self->statements[at].stmt == NULL) {
        self->statements[at].set = set;
        self->statements[at].stmt = stmt;
        self->statements[at].seconds = seconds;
    }
    return seconds;
}

void
svc_busy(svc_t *self, bool busy)
{
    if (self->http == NULL)
        return;
    http_admin_beat(self->http);
    http_admin_live_limit(self->http, LIVE_LIMIT_MS + (busy ? self->config.statement_timeout_ms : 0));
}

/* The first thing that stands in the way; NULL when nothing does. */
static const char *
obstacle(const svc_t *self, char text[SVC_REASON_MAX])
{
    if (self->draining)
        return "draining";
    if (self->standby)
        return "standby: another process is the writer";
    if (!self->active) {
        (void) snprintf(text, SVC_REASON_MAX, "database: %s", self->db_trouble[0] != '\0' ? self->db_trouble : "connecting");
        return text;
    }
    if (self->bind_trouble[0] != '\0') {
        (void) snprintf(text, SVC_REASON_MAX, "bind: %s", self->bind_trouble);
        return text;
    }
    for (size_t i = 0; i < self->consumer_count; i++) {
        const consumer_t *c = &self->consumers[i];
        /* a peer that is down is its own matter; one that refuses us, or whose past is gone, is ours */
        if (c->trouble[0] != '\0' && strcmp(c->trouble_code, "bus.nobody") != 0 &&
            strcmp(c->trouble_code, "bus.lost") != 0 && strcmp(c->trouble_code, "not_ready") != 0 &&
            strcmp(c->trouble_code, "busy") != 0 && strcmp(c->trouble_code, "fetch.timeout") != 0) {
            (void) snprintf(text, SVC_REASON_MAX, "consumer: %s", c->trouble);
            return text;
        }
        if (consumer_lag(c) > (uint64_t) self->config.ready_lag_events) {
            (void) snprintf(text, SVC_REASON_MAX, "consumer: %s is more than %lld events behind", c->def->stream,
                            (long long) self->config.ready_lag_events);
            return text;
        }
    }
    return NULL;
}

/* Ready all the same, but someone should look. */
static const char *
remark(const svc_t *self, char text[SVC_REASON_MAX])
{
    for (size_t i = 0; i < self->consumer_count; i++)
        if (self->consumers[i].tampered) {
            (void) snprintf(text, SVC_REASON_MAX,
                            "ready; but the stream %s is not what was received before: run `plimsoll verify`",
                            self->consumers[i].def->stream);
            return text;
        }
    return "ready";
}

void
svc_health(svc_t *self)
{
    char text[SVC_REASON_MAX];
    const char *reason = obstacle(self, text);
    bool ready = reason == NULL;

    self->reported_active = self->active;
    if (ready)
        reason = remark(self, text);
    if (ready != self->ready || strcmp(reason, self->ready_reason) != 0) {
        log_info(ready ? "svc.ready" : "svc.not_ready", F_STR("reason", reason));
        (void) str_copy(self->ready_reason, sizeof(self->ready_reason), reason);
        self->ready = ready;
        metric_set(self->ready_gauge, ready ? 1 : 0);
        if (self->http != NULL)
            http_admin_ready(self->http, ready, reason);
    }
    if (self->http != NULL) {
        AUTO_STR state = STR_INIT;
        svc_state_json(self, &state);
        http_admin_state(self->http, state.ptr, state.len);
    }
}

void
svc_dump(svc_t *self)
{
    AUTO_STR state = STR_INIT;

    svc_state_json(self, &state);
    log_info("svc.state", F_STR("state", state.ptr));
}
