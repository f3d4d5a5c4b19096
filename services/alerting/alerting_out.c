/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting_out.h"

#include <stdio.h>
#include <string.h>

static void
write_finding(json_out_t *out, const finding_t *f)
{
    json_out_object(out, NULL);
    json_out_uuid(out, "finding", &f->id);
    json_out_text(out, "kind", kind_names[f->kind]);
    json_out_text(out, "category", f->category);
    if (!uuid_is_nil(&f->person))
        json_out_uuid(out, "person", &f->person);
    json_out_text(out, "state", finding_state_names[f->state]);
    if (f->monthly_money != NULL)
        json_out_text(out, "monthly_money", f->monthly_money);
    json_out_text(out, "level", level_names[f->level]);
    json_out_text(out, "grade", f->grade);
    json_out_end(out);
}

void
alerting_out_alert(json_out_t *out, const char *key, const alert_t *a, int32_t day)
{
    json_out_object(out, key);
    json_out_uuid(out, "alert", &a->id);
    json_out_i64(out, "version", a->version);
    json_out_text(out, "state", alert_state_names[a->state]);
    json_out_text(out, "level", level_names[a->level]);
    json_out_uuid(out, "household", &a->household);
    json_out_text(out, "region", a->region);
    json_out_text(out, "category", a->category);
    json_out_text(out, "kind", kind_names[a->kind]);
    json_out_text(out, "matter", a->matter);
    json_out_array(out, "findings");
    for (size_t i = 0; i < a->finding_count; i++)
        write_finding(out, a->findings[i]);
    json_out_end(out);
    json_out_date(out, "opened", a->opened);
    json_out_date(out, "due", a->due);
    json_out_text(out, "desk", a->desk);
    if (a->assignee != NULL)
        json_out_text(out, "assignee", a->assignee);
    if (a->overdue)
        json_out_bool(out, "overdue", true);
    if (a->snoozed_until != DATE_OPEN)
        json_out_date(out, "snoozed_until", a->snoozed_until);
    if (a->state == ALERT_ASSIGNED && alert_open_findings(a) == 0)
        json_out_text(out, "withdrawn", "facts_changed");
    if (a->closed_on != DATE_OPEN)
        json_out_date(out, "closed_on", a->closed_on);
    if (a->closed_reason != NULL)
        json_out_text(out, "closed_reason", a->closed_reason);
    if (a->visit != NULL)
        json_out_raw(out, "visit", a->visit, strlen(a->visit));
    if (day != INT32_MIN)
        json_out_date(out, "date", day);
    json_out_end(out);
}

void
alerting_out_topic(const char *region, level_t level, char ret[ALERT_TOPIC_SIZE])
{
    (void) snprintf(ret, ALERT_TOPIC_SIZE, "alert/%s/%s", region, level_names[level]);
}

bool
alerting_out_publish(void *ctx, const alert_t *alert, const cause_t *cause, err_t *err)
{
    alerting_out_t *self = ctx;
    AUTO_STR data = STR_INIT;
    json_out_t out;
    char subject[UUID_TEXT_SIZE], topic[ALERT_TOPIC_SIZE], old[ALERT_TOPIC_SIZE] = "";
    stream_draft_t draft = { .type = ALERT_TYPE,
                             .topic = topic,
                             .subject = subject,
                             .correlation = alert->correlation,
                             .causation = cause->event,
                             .actor = cause->actor,
                             .matter = alert->id,
                             .closes = alert->state == ALERT_CLOSED };

    json_out_init(&out, &data);
    alerting_out_alert(&out, NULL, alert, self->merge->day);
    draft.data = str_slice(&data);
    uuid_format(&alert->id, subject);
    alerting_out_topic(alert->region, alert->level, topic);
    if (alert->published)
        alerting_out_topic(alert->published_region, alert->published_level, old);
    /* Who follows the old topic must see it go; the new topic comes last, so that the matter's state ends there. */
    if (old[0] != '\0' && strcmp(old, topic) != 0) {
        draft.topic = old;
        if (!stream_append(self->stream, self->tx, &draft, NULL, err))
            return false;
        draft.topic = topic;
    }
    return stream_append(self->stream, self->tx, &draft, NULL, err);
}
