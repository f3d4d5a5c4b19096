/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <string.h>

#include "domain/date.h"
#include "run_list.h"

/* plimsoll.comparison.list.v1: docs/data.md §8. */

enum { PART_ENTRIES = 1000 };

typedef struct {
    job_work_t *work;
    const list_question_t *question;
    str_t text; /* of the part that is being filled */
    json_out_t out;
    size_t filled;
} parts_t;

static bool
send_part(parts_t *parts, err_t *err)
{
    if (parts->filled == 0)
        return true;
    json_out_end(&parts->out);
    json_out_end(&parts->out);
    bool ok = job_part(str_slice(&parts->text), err);
    str_clear(&parts->text);
    parts->filled = 0;
    return ok;
}

static bool
on_entry(void *ctx, const list_entry_t *e, err_t *err)
{
    parts_t *parts = ctx;
    json_out_t *out = &parts->out;

    if (parts->filled == 0) {
        json_out_init(out, &parts->text);
        json_out_object(out, NULL);
        json_out_array(out, "entries");
    }
    json_out_object(out, NULL);
    list_period_write(&parts->question->periods[e->period], out);
    json_out_uuid(out, "household", &e->household);
    if (!uuid_is_nil(&e->person))
        json_out_uuid(out, "person", &e->person);
    json_out_text(out, "region", e->region);
    json_out_i64(out, "people", e->people);
    json_out_fen(out, "money", e->money);
    if (e->amount_unknown)
        json_out_bool(out, "amount_unknown", true);
    json_out_end(out);
    return ++parts->filled < PART_ENTRIES || send_part(parts, err);
}

static bool
on_progress(void *ctx, int64_t done, int64_t total, err_t *err)
{
    return job_progress(((parts_t *) ctx)->work, done, total, err);
}

static bool
bad(err_t *err, const char *pointer, const char *text)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s", text);
    (void) str_copy(err->pointer, sizeof err->pointer, pointer);
    return false;
}

/* "2024-06" → its number. */
static bool
read_month(json_in_t *in, const char *key, int32_t *ret)
{
    const char *text = json_in_text_or(in, key, NULL);
    char date[sizeof "2024-06-01"];
    int32_t day;

    *ret = INT32_MIN;
    if (text == NULL)
        return true;
    if (strlen(text) != sizeof "2024-06" - 1)
        return false;
    (void) snprintf(date, sizeof date, "%s-01", text);
    if (!date_parse(date, strlen(date), &day))
        return false;
    *ret = date_month(day);
    return true;
}

/* A month is assessed on its last day. */
static bool
read_periods(json_in_t *in, int32_t today, list_question_t *q, err_t *err)
{
    int32_t from, to, day;

    if (!job_day(in, "on", DATE_OPEN, &day, err))
        return false;
    if (!read_month(in, "from", &from) || !read_month(in, "to", &to))
        return bad(err, "/from", "from and to: expected months YYYY-MM");
    if (from == INT32_MIN && to == INT32_MIN) {
        q->periods[0] = (list_period_t){ .day = day == DATE_OPEN ? today : day, .month = INT32_MIN };
        q->period_count = 1;
        return q->periods[0].day != DATE_OPEN || err_set(err, ERR_REJECT, "conflict", "the first business day is not set: name a day in on");
    }
    if (from == INT32_MIN || day != DATE_OPEN)
        return bad(err, "/from", "name a day in on, or months in from and to");
    if (to == INT32_MIN)
        to = from;
    if (to < from || to - from >= LIST_PERIODS_MAX)
        return bad(err, "/to", "at most 60 months, the later one in to");
    for (int32_t month = from; month <= to; month++)
        q->periods[q->period_count++] = (list_period_t){ .day = date_month_start(month + 1) - 1, .month = month };
    return true;
}

/* A category of the policy; or one of findings, in which its indicators warn. */
static bool
find_category(const policy_t *policy, const char *name, size_t *ret, const char **ret_warning, err_t *err)
{
    AUTO_STR names = STR_INIT;

    *ret_warning = NULL;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        *ret = k;
        if (strcmp(policy_category_name(policy, k), name) == 0)
            return true;
        str_printf(&names, "%s%s", k == 0 ? "" : ", ", policy_category_name(policy, k));
    }
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (policy_category_role(policy, k) != POLICY_ROLE_INDICATOR || policy_category_unit(policy, k) != POLICY_UNIT_HOUSEHOLD ||
            strcmp(policy_category_wire(policy, k), name) != 0)
            continue;
        *ret = k;
        *ret_warning = policy_category_wire(policy, k);
        return true;
    }
    (void) err_set(err, ERR_REJECT, "not_found", "the policy %s has no category %.40s; it has %s", policy_name(policy), name, str_c(&names));
    (void) str_copy(err->pointer, sizeof err->pointer, "/category");
    return false;
}

bool
job_run_list(job_work_t *work, json_out_t *out, err_t *err)
{
    parts_t parts = { .work = work, .text = STR_INIT };
    list_question_t q = { .protection = work->protection, .on_progress = on_progress, .ctx = &parts };
    AUTO(policy) draft = NULL;
    char version[64];
    clock_state_t clock;
    json_in_t in;

    json_in_init(&in, work->asked, "", err);
    const char *category = json_in_text(&in, "category");
    if (json_in_bool_or(&in, "entries", false))
        q.on_entry = on_entry;
    if (!job_region(&in, &q.region, err) || !store_clock_read(work->tx, &clock, err) || !read_periods(&in, clock.day, &q, err))
        return false;
    const json_node_t *drafts = json_get(work->asked, "drafts");
    if (json_count(drafts) > 1)
        return bad(err, "/drafts", "one list, one draft");
    if (!job_draft(work, json_first(drafts), 0, q.periods[0].day, &draft, version, err) || !find_category(draft, category, &q.category, &q.warning, err))
        return false;
    q.policy = draft;
    q.version = version;
    parts.question = &q;
    bool ok = run_list(work->tx, work->terms, &q, out, err) && send_part(&parts, err);
    str_done(&parts.text);
    return ok;
}
