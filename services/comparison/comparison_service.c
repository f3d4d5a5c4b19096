/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_service.h"

#include <string.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "domain/date.h"
#include "job.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "run.h"

enum { ARENA_BLOCK = 1 << 20, FOLLOWING_BYTES = 1 << 20 };
enum { LANE_AHEAD, LANE_BESIDE }; /* the members lane and beside of comparison_t */
#define CLOCK_SLICE_MS 250 /* of work that a timer does before the loop may look at other things */
#define US_PER_DAY INT64_C(86400000000)
#define CHINA_OFFSET_US (8 * INT64_C(3600000000)) /* one zone, no summer time */

bool
service_init(svc_t *svc, void **ret_state, err_t *err)
{
    service_t *self = mem_new(service_t);

    *ret_state = self;
    self->stale = true;
    self->clock.day = self->clock.finished = self->clock.target = DATE_OPEN;
    self->arena = arena_new(ARENA_BLOCK);
    self->jobs = jobs_new();
    self->records = metrics_counter("comparison_records_total", NULL, "fact records applied");
    self->quarantined = metrics_counter("comparison_records_quarantined_total", NULL, "fact records that could not be applied");
    self->assessed = metrics_counter("comparison_households_assessed_total", NULL, "assessments of a household");
    self->opened = metrics_counter("comparison_findings_total", "state=\"open\"", "versions of findings published");
    self->changed = metrics_counter("comparison_findings_total", "state=\"changed\"", "versions of findings published");
    self->withdrawn = metrics_counter("comparison_findings_total", "state=\"withdrawn\"", "versions of findings published");
    self->waiting = metrics_gauge("comparison_waiting_persons", NULL, "people in no household of whom something was said");
    self->waiting_records = metrics_gauge("comparison_waiting_records", NULL, "records about people and households that the register does not have");
    return comparison_new(svc_config(svc), &self->comparison, err);
}

void
service_destroy(void **state_p)
{
    service_t *self = *state_p;

    if (self == NULL)
        return;
    jobs_destroy(&self->jobs);
    comparison_destroy(&self->comparison);
    arena_destroy(&self->arena);
    mem_free(self);
    *state_p = NULL;
}

static void
show_waiting(service_t *self)
{
    metric_set(self->waiting, self->totals.waiting);
    metric_set(self->waiting_records, self->totals.waiting_records);
}

bool
service_refresh(service_t *self, db_tx_t *tx, err_t *err)
{
    if (!self->stale)
        return true;
    if (!store_clock_read(tx, &self->clock, err) || !store_totals(tx, &self->totals, err) ||
        !store_shadows_count(tx, &self->comparison->shadows, err) ||
        !store_runs_last(tx, self->runs, SCHEDULE_MAX, &self->run_count, err))
        return false;
    self->stale = false;
    show_waiting(self);
    return true;
}

bool
service_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err)
{
    service_t *self = state;

    (void) svc;
    self->stale = true;
    return comparison_connected(self->comparison, tx, err) && service_refresh(self, tx, err);
}

bool
service_reload(svc_t *svc, void *state, err_t *err)
{
    service_t *self = state;

    (void) svc;
    return comparison_reload(self->comparison, err);
}

void
service_rollback(svc_t *svc, void *state)
{
    service_t *self = state;

    (void) svc;
    self->stale = true;
    comparison_rolled_back(self->comparison);
}

static void
write_run(json_out_t *out, const full_run_t *run)
{
    json_out_object(out, "last");
    json_out_date(out, "day", run->day);
    json_out_bool(out, "done", run->done);
    if (run->within)
        json_out_bool(out, "within", true);
    json_out_i64(out, "assessed", run->assessed);
    json_out_i64(out, "opened", run->opened);
    json_out_i64(out, "changed", run->changed);
    json_out_i64(out, "withdrawn", run->withdrawn);
    json_out_end(out);
}

/* Each entry of the schedule: when it is due next, and what the last one found. */
static void
write_schedule(const service_t *self, json_out_t *out)
{
    const schedule_t *schedule = &self->comparison->schedule;

    json_out_array(out, "schedule");
    for (size_t i = 0; i < schedule->count; i++) {
        const schedule_entry_t *entry = &schedule->items[i];
        int32_t next = self->clock.day == DATE_OPEN ? DATE_OPEN : schedule_next(entry, self->clock.day);

        json_out_object(out, NULL);
        json_out_text(out, "name", entry->name);
        if (next != DATE_OPEN)
            json_out_date(out, "next", next);
        for (size_t k = 0; k < self->run_count; k++)
            if (strcmp(self->runs[k].entry, entry->name) == 0)
                write_run(out, &self->runs[k]);
        json_out_end(out);
    }
    json_out_end(out);
}

void
service_status(svc_t *svc, void *state, json_out_t *out)
{
    const service_t *self = state;

    (void) svc;
    if (self->clock.finished != DATE_OPEN)
        json_out_date(out, "day", self->clock.finished);
    if (self->clock.finished != self->clock.day)
        json_out_date(out, "working_on", self->clock.day);
    json_out_object(out, "counts");
    json_out_i64(out, "households", self->totals.households);
    json_out_i64(out, "persons", self->totals.persons);
    json_out_i64(out, "waiting", self->totals.waiting);
    json_out_i64(out, "waiting_records", self->totals.waiting_records);
    json_out_i64(out, "findings", self->totals.findings);
    json_out_i64(out, "checks", self->totals.checks);
    json_out_i64(out, "checks_again", self->totals.checks_again);
    json_out_end(out);
    write_schedule(self, out);
    jobs_status(self->jobs, out);
    json_out_array(out, "shadows");
    for (size_t i = 0; i < self->comparison->shadows.count; i++) {
        const shadow_t *s = &self->comparison->shadows.items[i];

        json_out_object(out, NULL);
        json_out_text(out, "policy", s->name);
        json_out_i64(out, "findings", s->findings);
        json_out_bool(out, "complete", !self->comparison->shadows.stale && self->clock.finished == self->clock.day);
        json_out_end(out);
    }
    json_out_end(out);
}

void
service_count(service_t *self, const comparison_done_t *done)
{
    metric_add(self->records, done->records);
    metric_add(self->quarantined, done->quarantined);
    metric_add(self->assessed, done->assessed);
    metric_add(self->opened, done->opened);
    metric_add(self->changed, done->changed);
    metric_add(self->withdrawn, done->withdrawn);
    self->totals.households += done->new_households;
    self->totals.persons += done->new_persons;
    self->totals.waiting += done->waiting;
    self->totals.waiting_records += done->waiting_records;
    show_waiting(self);
    self->totals.findings += (int64_t) done->opened - (int64_t) done->withdrawn;
}

/* --- streams --- */

bool
service_on_facts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    service_t *self = state;
    const stream_event_t *following;
    size_t following_n;
    comparison_done_t done;

    svc_following(svc, FOLLOWING_BYTES, &following, &following_n);
    self->comparison->lane = n + following_n > 1 || self->comparison->carried.seq != 0 ? svc_lane(svc, LANE_AHEAD) : NULL;
    self->comparison->beside = self->comparison->lane != NULL ? svc_lane(svc, LANE_BESIDE) : NULL;
    const facts_batch_t batch = { events, n, following, following_n };
    if (!service_refresh(self, tx, err) ||
        !run_facts(self->comparison, tx, svc_stream(svc, "findings"), svc_arena(svc), &batch, &done, err))
        return err_add(err, "facts");
    if (FAILPOINT("comparison.facts.applied"))
        return err_set(err, ERR_RETRY, "failpoint", "asked to fail after applying facts");
    service_count(self, &done);
    if (done.day_again && !store_clock_read(tx, &self->clock, err))
        return err_add(err, "facts");
    if (done.quarantined > 0)
        log_warn("comparison.quarantined", F_U64("records", done.quarantined), F_U64("up_to", events[n - 1].seq));
    return true;
}

bool
service_on_alerts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    service_t *self = state;
    comparison_done_t done;

    if (!service_refresh(self, tx, err) ||
        !run_outcomes(self->comparison, tx, svc_stream(svc, "findings"), "alerts", svc_arena(svc), events, n, &done, err))
        return false;
    service_count(self, &done);
    return true;
}

bool
service_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    service_t *self = state;
    comparison_done_t done;

    if (!service_refresh(self, tx, err) ||
        !run_outcomes(self->comparison, tx, svc_stream(svc, "findings"), "referrals", svc_arena(svc), events, n, &done, err))
        return false;
    service_count(self, &done);
    return true;
}

/* --- the clock --- */

/* One transaction of the clock's work. */
static bool
tick_step(svc_t *svc, service_t *self, int32_t to, bool *ret_done, comparison_done_t *ret, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    clock_state_t clock;

    arena_reset(self->arena);
    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "tick");
    self->comparison->lane = svc_lane(svc, LANE_AHEAD);
    if (!service_refresh(self, tx, err) ||
        !run_tick_step(self->comparison, tx, svc_stream(svc, "findings"), self->arena, to, &clock, ret_done, ret, err))
        return err_add(err, "tick");
    if (FAILPOINT("comparison.tick.worked"))
        return err_set(err, ERR_RETRY, "failpoint", "asked to fail before the commit of a tick");
    if (!svc_tx_commit(svc, &tx, err))
        return err_add(err, "tick");
    if (FAILPOINT("comparison.tick.committed"))
        return err_set(err, ERR_RETRY, "failpoint", "asked to fail after the commit of a tick");
    const schedule_t *schedule = &self->comparison->schedule;
    self->stale |= clock.finished == clock.day &&
                   (schedule_has_full(schedule, clock.day) || schedule_find_partial(schedule, 0, clock.day) < schedule->count);
    self->clock = clock;
    self->comparison->policy_changed = false;
    self->comparison->shadows.stale = self->comparison->shadows.unsaved = false;
    service_count(self, ret);
    return true;
}

/* Steps until the clock stands at `to` or the time is used up. */
static bool
advance(svc_t *svc, service_t *self, int32_t to, int64_t budget_ms, bool *ret_done, comparison_done_t *ret, err_t *err)
{
    int64_t end = time_monotonic_ms() + budget_ms;
    bool done = false;

    *ret = (comparison_done_t){ .assessed = 0 };
    do {
        comparison_done_t step;

        if (!tick_step(svc, self, to, &done, &step, err))
            return false;
        comparison_done_add(ret, &step);
    } while (!done && time_monotonic_ms() < end);
    *ret_done = done;
    return true;
}

static bool
is_wall(const service_t *self)
{
    return strcmp(self->comparison->config->clock, "wall") == 0;
}

static int32_t
today_in_china(void)
{
    return (int32_t) ((time_now_us() + CHINA_OFFSET_US) / US_PER_DAY);
}

/* The wall clock moves the day; with either clock, what a tick left undone is gone on with, also after a crash. */
bool
service_on_clock(svc_t *svc, void *state, err_t *err)
{
    service_t *self = state;
    int32_t to = is_wall(self) ? today_in_china() : DATE_OPEN;
    comparison_done_t done;
    bool finished;

    if (!self->stale && !run_tick_is_due(self->comparison, &self->clock, to))
        return true;
    return advance(svc, self, to, CLOCK_SLICE_MS, &finished, &done, err);
}

static void
write_done(json_out_t *out, const comparison_done_t *done)
{
    json_out_i64(out, "assessed", (int64_t) done->assessed);
    json_out_i64(out, "opened", (int64_t) done->opened);
    json_out_i64(out, "changed", (int64_t) done->changed);
    json_out_i64(out, "withdrawn", (int64_t) done->withdrawn);
}

/* Idempotent without a record of its replies: the day that was asked for is reached once, whoever asks again. */
static bool
command_tick(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    service_t *self = state;
    comparison_done_t done;
    bool finished;
    json_in_t in;
    int32_t to;

    (void) tx;
    json_in_init(&in, req->data, "", err);
    const char *text = json_in_text(&in, "to");
    if (!json_in_ok(&in))
        return false;
    if (!date_parse(text, strlen(text), &to)) {
        (void) err_set(err, ERR_REJECT, "bad_data", "to: expected a date YYYY-MM-DD");
        (void) str_copy(err->pointer, sizeof err->pointer, "/to");
        return false;
    }
    if (is_wall(self))
        return err_set(err, ERR_REJECT, "conflict", "the business day follows the wall clock; set clock: manual to move it by hand");
    if (self->clock.day != DATE_OPEN && to < self->clock.day) {
        json_out_object(out, NULL);
        json_out_date(out, "day", self->clock.day);
        json_out_end(out);
        return err_set(err, ERR_REJECT, "conflict", "the business day does not go back");
    }
    if (!advance(svc, self, to, self->comparison->config->tick_budget_ms, &finished, &done, err))
        return false;
    json_out_object(out, NULL);
    json_out_date(out, "day", self->clock.day);
    json_out_bool(out, "done", finished);
    write_done(out, &done);
    json_out_end(out);
    return true;
}

static bool
compare_step(svc_t *svc, service_t *self, const char *region, const uuid_t *cause, int64_t *after, bool *ret_done,
             comparison_done_t *ret, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    arena_reset(self->arena);
    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "compare");
    self->comparison->lane = svc_lane(svc, LANE_AHEAD);
    if (!service_refresh(self, tx, err) ||
        !run_compare_step(self->comparison, tx, svc_stream(svc, "findings"), self->arena, region, cause, after, ret_done, ret,
                          err) ||
        !svc_tx_commit(svc, &tx, err))
        return err_add(err, "compare");
    service_count(self, ret);
    return true;
}

/* Assesses all again: what it finds beyond what is open would be a fault of the incremental way.  It lasts longer than who asks
 * waits before the question is sent again, so the same question is not worked on twice. */
static bool
command_compare(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    service_t *self = state;
    comparison_done_t all = { .assessed = 0 };
    int64_t after = 0;
    uuid_t cause;
    bool done = false;
    json_in_t in;

    (void) tx;
    json_in_init(&in, req->data, "", err);
    const char *region = json_in_text_or(&in, "region", "");
    if (!json_in_ok(&in))
        return false;
    uuid_derive("compare", req->event->id, &cause);
    if (uuid_eq(&self->compared.request, &cause) && strcmp(self->compared.region, region) == 0)
        done = true;
    while (!done) {
        comparison_done_t step;

        if (!compare_step(svc, self, region, &cause, &after, &done, &step, err))
            return false;
        comparison_done_add(&all, &step);
        if (!done)
            continue;
        self->compared.request = cause;
        (void) str_copy(self->compared.region, sizeof self->compared.region, region);
        self->compared.day = self->clock.day;
        self->compared.done = all;
    }
    json_out_object(out, NULL);
    json_out_date(out, "day", self->compared.day);
    write_done(out, &self->compared.done);
    json_out_end(out);
    return true;
}

const svc_command_t service_commands[] = {
    { "plimsoll.comparison.tick.v1", NULL, "comparison.tick", SVC_OWN, command_tick },
    { "plimsoll.comparison.compare.v1", NULL, "comparison.compare", SVC_OWN, command_compare },
    { "plimsoll.comparison.check.v1", NULL, "comparison.check", SVC_WRITE, command_check },
    { "plimsoll.comparison.decide.v1", NULL, "comparison.decide", SVC_WRITE, command_decide },
    { "plimsoll.comparison.explain.v1", NULL, "comparison.explain", SVC_READ, query_explain },
    { "plimsoll.comparison.household.v1", NULL, "comparison.household", SVC_READ, query_household },
    { "plimsoll.comparison.chain.v1", NULL, "comparison.chain", SVC_READ, query_chain },
    { "plimsoll.comparison.waiting.v1", NULL, "comparison.waiting", SVC_READ, query_waiting },
    { "plimsoll.comparison.register.v1", NULL, "comparison.register", SVC_READ, query_register },
    { "plimsoll.comparison.shadow.v1", NULL, "comparison.shadow", SVC_READ, query_shadow },
    { "plimsoll.comparison.simulate.v1", NULL, "comparison.simulate", SVC_LATER, job_simulate },
    { "plimsoll.comparison.list.v1", NULL, "comparison.list", SVC_LATER, job_list },
    { .type = NULL },
};
