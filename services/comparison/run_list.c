/* SPDX-License-Identifier: Apache-2.0 */
#include "run_list.h"

#include "base/num.h"
#include "domain/date.h"
#include "region_rows.h"
#include "standing.h"

/* The numbers of a period; UNPRICED: entries whose amount cannot be told, which are not in MONEY. */
typedef enum { HOUSEHOLDS, PEOPLE, MONEY, UNKNOWN, UNPRICED, NUMBERS } number_t;

typedef struct {
    const list_question_t *question;
    policy_unit_t unit;
    bool paid; /* the category has an amount */
    region_rows_t rows; /* period × NUMBERS */
    int64_t households, people, entries;
} run_t;

static bool
enter(run_t *run, const dossier_t *d, size_t period, const policy_verdict_t *v, const member_t *m, int64_t people, int64_t *counts, err_t *err)
{
    list_entry_t e = { .period = period, .household = d->household, .region = d->region, .people = people,
                       .money = v->has_amount && v->amount > 0 ? v->amount : 0, .amount_unknown = run->paid && !v->has_amount };

    if (m != NULL)
        e.person = m->person;
    counts[PEOPLE] += people;
    if (e.amount_unknown)
        counts[UNPRICED]++;
    if (!num_add_i64(counts[MONEY], e.money, &counts[MONEY]))
        return err_set(err, ERR_REJECT, "bad_data", "the amounts are too large to be summed");
    run->entries++;
    return run->question->on_entry == NULL || run->question->on_entry(run->question->ctx, &e, err);
}

/* What the indicators come to together is told by its own verdict. */
static const policy_verdict_t *
verdict_of(const run_t *run, const policy_result_t *result, policy_verdict_t *warning)
{
    const list_question_t *q = run->question;

    if (q->warning == NULL)
        return &result->household[q->category];
    *warning = (policy_verdict_t){ .qualifies = standing_is_warned(q->policy, result, q->warning) ? POLICY_YES : POLICY_NO };
    return warning;
}

static bool
count_period(run_t *run, const dossier_t *d, size_t period, const policy_result_t *result, int64_t *counts, err_t *err)
{
    size_t category = run->question->category, n = run->unit == POLICY_UNIT_HOUSEHOLD ? 1 : d->member_count;

    for (size_t i = 0; i < n; i++) {
        bool home = run->unit == POLICY_UNIT_HOUSEHOLD;
        policy_verdict_t warning;
        const policy_verdict_t *v = home ? verdict_of(run, result, &warning) : &result->person[category * d->member_count + i];

        if (v->qualifies == POLICY_UNKNOWN)
            counts[UNKNOWN]++;
        else if (v->qualifies == POLICY_YES &&
                 !enter(run, d, period, v, home ? NULL : &d->members[i], home ? (int64_t) result->counted : 1, counts, err))
            return false;
    }
    counts[HOUSEHOLDS] = counts[PEOPLE] > 0 ? 1 : 0;
    return true;
}

static bool
on_household(void *ctx, const policy_world_t *places, const dossier_t *d, const policy_result_t *const *results, arena_t *arena, err_t *err)
{
    run_t *run = ctx;
    int64_t counts[LIST_PERIODS_MAX * NUMBERS] = { 0 };

    (void) places;
    (void) arena;
    run->households++;
    run->people += (int64_t) d->member_count;
    for (size_t p = 0; p < run->question->period_count; p++)
        if (!count_period(run, d, p, results[p], &counts[p * NUMBERS], err))
            return false;
    region_rows_add(&run->rows, region_rows_of(&run->rows, d->region), counts, run->rows.width);
    return true;
}

static bool
on_progress(void *ctx, int64_t done, int64_t total, err_t *err)
{
    run_t *run = ctx;

    return run->question->on_progress(run->question->ctx, done, total, err);
}

void
list_period_write(const list_period_t *period, json_out_t *out)
{
    char day[DATE_TEXT_SIZE];

    json_out_date(out, "on", period->day);
    if (period->month == INT32_MIN)
        return;
    date_format(date_month_start(period->month), day);
    json_out_text_n(out, "month", day, sizeof "2024-06" - 1);
}

static void
write_periods(const run_t *run, const int64_t *numbers, bool zeros, json_out_t *out)
{
    json_out_array(out, "periods");
    for (size_t p = 0; p < run->question->period_count; p++) {
        const int64_t *n = &numbers[p * NUMBERS];

        if (!zeros && n[PEOPLE] == 0 && n[UNKNOWN] == 0)
            continue;
        json_out_object(out, NULL);
        list_period_write(&run->question->periods[p], out);
        json_out_i64(out, "households", n[HOUSEHOLDS]);
        json_out_i64(out, "people", n[PEOPLE]);
        json_out_fen(out, "money", n[MONEY]);
        if (n[UNKNOWN] > 0)
            json_out_i64(out, "cannot_tell", n[UNKNOWN]);
        if (n[UNPRICED] > 0)
            json_out_i64(out, "amount_unknown", n[UNPRICED]);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_reply(run_t *run, json_out_t *out)
{
    static const char *const units[] = { "household", "person" };
    const list_question_t *q = run->question;
    static const policy_words_t warned = { "困难预警", "hardship warning" };
    const policy_words_t label = q->warning != NULL ? warned : policy_category_label(q->policy, q->category);
    int64_t sum[LIST_PERIODS_MAX * NUMBERS] = { 0 };

    json_out_text(out, "category", q->warning != NULL ? q->warning : policy_category_name(q->policy, q->category));
    json_out_object(out, "label");
    json_out_text(out, "zh", label.zh);
    json_out_text(out, "en", label.en);
    json_out_end(out);
    json_out_text(out, "unit", units[run->unit]);
    json_out_text(out, "role", policy_role_name(policy_category_role(q->policy, q->category)));
    json_out_text(out, "policy", q->version);
    json_out_object(out, "assessed");
    json_out_i64(out, "households", run->households);
    json_out_i64(out, "people", run->people);
    json_out_end(out);
    json_out_i64(out, "entries", q->on_entry == NULL ? 0 : run->entries);
    for (size_t i = 0; i < run->rows.count; i++)
        region_rows_add(&run->rows, sum, region_rows_at(&run->rows, i), run->rows.width);
    write_periods(run, sum, true, out);
    json_out_array(out, "regions");
    for (size_t i = 0; i < run->rows.count; i++) {
        json_out_object(out, NULL);
        json_out_text(out, "region", run->rows.regions[i]);
        write_periods(run, region_rows_at(&run->rows, i), false, out);
        json_out_end(out);
    }
    json_out_end(out);
}

bool
run_list(db_tx_t *tx, const terms_t *terms, const list_question_t *q, json_out_t *out, err_t *err)
{
    run_t run = { .question = q, .unit = policy_category_unit(q->policy, q->category),
                  .paid = policy_category_has_amount(q->policy, q->category) };
    view_t views[LIST_PERIODS_MAX];

    for (size_t p = 0; p < q->period_count; p++)
        views[p] = (view_t){ q->policy, q->periods[p].day };
    region_rows_init(&run.rows, q->period_count * NUMBERS);
    const run_each_t each = { .tx = tx, .terms = terms, .protection = q->protection, .region = q->region, .views = views, .view_count = q->period_count,
                              .on_household = on_household, .on_progress = on_progress, .ctx = &run };
    bool ok = run_each(&each, err);
    if (ok && run.rows.overflow)
        ok = err_set(err, ERR_REJECT, "bad_data", "the amounts are too large to be summed");
    if (ok)
        write_reply(&run, out);
    region_rows_done(&run.rows);
    return ok || err_add(err, "list");
}
