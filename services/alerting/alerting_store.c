/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting_store.h"

#include "alerting_sql.h"
#include "db/db_columns.h"
#include "base/str.h"
#include <string.h>

const db_stmt_set_t *const alerting_store_statements = &alerting_statements;
const db_migration_set_t *const alerting_store_migrations = &alerting_migrations;

#define SET (&alerting_statements)

/* Column order of load_alert.sql. */
static alert_t *
read_alert(arena_t *arena, const db_result_t *r, size_t i)
{
    alert_t *a = arena_alloc(arena, sizeof(*a));

    a->id = db_result_uuid(r, i, 0);
    a->version = db_result_i64(r, i, 1);
    a->state = (alert_state_t) db_result_name(r, i, 2, alert_state_names, ALERT_STATE_COUNT);
    a->level = (level_t) db_result_name(r, i, 3, level_names, LEVEL_COUNT);
    a->overdue = db_result_bool(r, i, 4);
    a->household = db_result_uuid(r, i, 5);
    db_result_text_copy(a->matter, sizeof(a->matter), r, i, 6);
    db_result_text_copy(a->region, sizeof(a->region), r, i, 7);
    db_result_text_copy(a->category, sizeof(a->category), r, i, 8);
    a->kind = (kind_t) db_result_name(r, i, 9, kind_names, KIND_COUNT);
    db_result_text_copy(a->desk, sizeof(a->desk), r, i, 10);
    a->opened = db_result_date(r, i, 11);
    a->due = db_result_date(r, i, 12);
    a->assignee = db_result_text_dup(arena, r, i, 13);
    a->closed_on = db_result_date(r, i, 14);
    a->closed_reason = db_result_text_dup(arena, r, i, 15);
    a->correlation = db_result_uuid(r, i, 16);
    a->visit = db_result_text_dup(arena, r, i, 17);
    a->needs = db_result_text_dup(arena, r, i, 18);
    a->visit_level = db_result_is_null(r, i, 19) ? -1 : db_result_name(r, i, 19, level_names, LEVEL_COUNT);
    a->snoozed_until = db_result_date(r, i, 20);
    a->published = true;
    a->published_level = a->level;
    (void) str_copy(a->published_region, sizeof(a->published_region), a->region);
    return a;
}

static finding_t *
read_finding(arena_t *arena, const db_result_t *r, size_t i)
{
    finding_t *f = arena_alloc(arena, sizeof(*f));

    f->id = db_result_uuid(r, i, 0);
    f->version = db_result_i64(r, i, 1);
    f->state = (finding_state_t) db_result_name(r, i, 2, finding_state_names, FINDING_STATE_COUNT);
    f->household = db_result_uuid(r, i, 3);
    db_result_text_copy(f->matter, sizeof(f->matter), r, i, 4);
    f->kind = (kind_t) db_result_name(r, i, 5, kind_names, KIND_COUNT);
    db_result_text_copy(f->category, sizeof(f->category), r, i, 6);
    f->person = db_result_uuid(r, i, 7);
    db_result_text_copy(f->region, sizeof(f->region), r, i, 8);
    f->rule = db_result_text_dup(arena, r, i, 9);
    f->monthly_money = db_result_text_dup(arena, r, i, 10);
    f->level = (level_t) db_result_name(r, i, 11, level_names, LEVEL_COUNT);
    f->grade = db_result_text_dup(arena, r, i, 12);
    f->opened = db_result_date(r, i, 13);
    f->due = db_result_date(r, i, 14);
    f->seen = db_result_bool(r, i, 15);
    f->alert = db_result_uuid(r, i, 16);
    f->alerts = db_result_i64(r, i, 17);
    return f;
}

bool
alerting_store_load_day(db_tx_t *tx, int32_t *ret, err_t *err)
{
    return db_query_date(tx, SET, STMT_load_day, ret, err);
}

bool
alerting_store_save_day(db_tx_t *tx, int32_t day, err_t *err)
{
    return db_exec_date(tx, SET, STMT_save_day, day, err);
}

/* $1 households, $2 matters of those not loaded yet: `from` and what follows it. */
static void
bind_matters(const work_t *work, db_params_t *in)
{
    uuid_t *households = arena_new_array(work->arena, uuid_t, work->count + 1);
    const char **names = arena_new_array(work->arena, const char *, work->count + 1);
    size_t n = 0;

    for (const matter_t *m = work->first; m != NULL; m = m->next) {
        households[n] = m->household;
        names[n++] = m->name;
    }
    db_params_uuid_array(in, households, n);
    db_params_text_array(in, names, n);
}

static bool
load_findings_and_silences(db_tx_t *tx, work_t *work, const db_params_t *in, err_t *err)
{
    AUTO(db_result) findings = NULL;
    AUTO(db_result) silences = NULL;

    if (!db_query(tx, SET, STMT_load_findings, in, &findings, err) ||
        !db_query(tx, SET, STMT_load_silences, in, &silences, err))
        return false;
    for (size_t i = 0; i < db_result_rows(findings); i++) {
        finding_t *f = read_finding(work->arena, findings, i);

        matter_add_finding(work_matter(work, &f->household, f->matter), f, work->arena);
    }
    for (size_t i = 0; i < db_result_rows(silences); i++) {
        uuid_t household = db_result_uuid(silences, i, 0);

        work_matter(work, &household, db_result_text(silences, i, 1))->silenced_until = db_result_date(silences, i, 2);
    }
    return true;
}

bool
alerting_store_load(db_tx_t *tx, work_t *work, err_t *err)
{
    AUTO(db_result) alerts = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    if (work->count == 0)
        return true;
    bind_matters(work, &in);
    if (!db_query(tx, SET, STMT_load_open_alerts, &in, &alerts, err) || !load_findings_and_silences(tx, work, &in, err))
        return false;
    for (size_t i = 0; i < db_result_rows(alerts); i++) {
        alert_t *a = read_alert(work->arena, alerts, i);

        work_add_alert(work_matter(work, &a->household, a->matter), a);
    }
    work_gather(work);
    return true;
}

bool
alerting_store_load_alert(db_tx_t *tx, work_t *work, const uuid_t *id, matter_t **ret_matter, alert_t **ret, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS by_id;
    AUTO_PARAMS in;
    alert_t *a;

    db_params_init(&by_id);
    db_params_init(&in);
    db_params_uuid(&by_id, id);
    if (!db_query(tx, SET, STMT_load_alert, &by_id, &r, err))
        return false;
    *ret = NULL;
    if (db_result_rows(r) == 0)
        return true;
    a = read_alert(work->arena, r, 0);
    *ret_matter = work_matter(work, &a->household, a->matter);
    work_add_alert(*ret_matter, a);
    bind_matters(work, &in);
    if (!load_findings_and_silences(tx, work, &in, err))
        return false;
    work_gather(work);
    *ret = a;
    return true;
}

bool
alerting_store_load_by_alert(db_tx_t *tx, work_t *work, const uuid_t *ids, size_t n, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS by_id;
    AUTO_PARAMS in;

    db_params_init(&by_id);
    db_params_init(&in);
    db_params_uuid_array(&by_id, ids, n);
    if (!db_query(tx, SET, STMT_load_alerts, &by_id, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        alert_t *a = read_alert(work->arena, r, i);

        work_add_alert(work_matter(work, &a->household, a->matter), a);
    }
    if (work->count == 0)
        return true;
    bind_matters(work, &in);
    if (!load_findings_and_silences(tx, work, &in, err))
        return false;
    work_gather(work);
    return true;
}

bool
alerting_store_load_day_matters(db_tx_t *tx, work_t *work, int32_t day, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, day);
    if (!db_query(tx, SET, STMT_day_matters, &in, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        uuid_t household = db_result_uuid(r, i, 0);

        (void) work_matter(work, &household, db_result_text(r, i, 1));
    }
    return alerting_store_load(tx, work, err);
}

/* ---- saving ---- */

static bool
save_alerts(db_tx_t *tx, arena_t *arena, alert_t *const *a, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    DB_UUIDS(alert, a[i]->id);
    DB_NUMBERS(version, a[i]->version);
    DB_TEXTS(state, alert_state_names[a[i]->state]);
    DB_TEXTS(level, level_names[a[i]->level]);
    DB_NUMBERS(overdue, a[i]->overdue ? 1 : 0);
    DB_UUIDS(household, a[i]->household);
    DB_TEXTS(matter, a[i]->matter);
    DB_TEXTS(region, a[i]->region);
    DB_TEXTS(category, a[i]->category);
    DB_TEXTS(kind, kind_names[a[i]->kind]);
    DB_TEXTS(desk, a[i]->desk);
    DB_DATES(opened, a[i]->opened);
    DB_DATES(due, a[i]->due);
    DB_TEXTS(assignee, a[i]->assignee);
    DB_DATES(closed_on, a[i]->closed_on);
    DB_TEXTS(closed_reason, a[i]->closed_reason);
    DB_UUIDS(correlation, a[i]->correlation);
    DB_TEXTS(visit, a[i]->visit);
    DB_TEXTS(needs, a[i]->needs);
    DB_TEXTS(visit_level, a[i]->visit_level < 0 ? NULL : level_names[a[i]->visit_level]);
    DB_DATES(snoozed_until, a[i]->snoozed_until);
    return db_exec(tx, SET, STMT_save_alerts, &in, NULL, err);
}

static bool
save_findings(db_tx_t *tx, arena_t *arena, finding_t *const *f, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    DB_UUIDS(finding, f[i]->id);
    DB_NUMBERS(version, f[i]->version);
    DB_TEXTS(state, finding_state_names[f[i]->state]);
    DB_UUIDS(household, f[i]->household);
    DB_TEXTS(matter, f[i]->matter);
    DB_TEXTS(kind, kind_names[f[i]->kind]);
    DB_TEXTS(category, f[i]->category);
    DB_UUIDS(person, f[i]->person);
    DB_TEXTS(region, f[i]->region);
    DB_TEXTS(rule, f[i]->rule);
    DB_TEXTS(monthly_money, f[i]->monthly_money);
    DB_TEXTS(level, level_names[f[i]->level]);
    DB_TEXTS(grade, f[i]->grade);
    DB_DATES(opened, f[i]->opened);
    DB_DATES(due, f[i]->due);
    DB_NUMBERS(seen, f[i]->seen ? 1 : 0);
    DB_UUIDS(alert, f[i]->alert);
    DB_NUMBERS(alerts, f[i]->alerts);
    return db_exec(tx, SET, STMT_save_findings, &in, NULL, err);
}

bool
alerting_store_save(db_tx_t *tx, const work_t *work, err_t *err)
{
    size_t alert_count = 0, finding_count = 0, a = 0, f = 0;
    alert_t **alerts;
    finding_t **findings;

    for (const matter_t *m = work->first; m != NULL; m = m->next) {
        finding_count += m->finding_count;
        for (const alert_t *x = m->alerts; x != NULL; x = x->next)
            alert_count++;
    }
    alerts = arena_new_array(work->arena, alert_t *, alert_count + 1);
    findings = arena_new_array(work->arena, finding_t *, finding_count + 1);
    for (int closed = 1; closed >= 0; closed--) {
        for (const matter_t *m = work->first; m != NULL; m = m->next) {
            for (alert_t *x = m->alerts; x != NULL; x = x->next) {
                if (x->dirty && (x->state == ALERT_CLOSED) == (closed == 1))
                    alerts[a++] = x;
            }
        }
    }
    for (const matter_t *m = work->first; m != NULL; m = m->next) {
        for (size_t i = 0; i < m->finding_count; i++) {
            if (m->findings[i]->dirty)
                findings[f++] = m->findings[i];
        }
    }
    return (a == 0 || save_alerts(tx, work->arena, alerts, a, err)) &&
           (f == 0 || save_findings(tx, work->arena, findings, f, err));
}

bool
alerting_store_end_silences(db_tx_t *tx, int32_t day, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, day);
    return db_exec(tx, SET, STMT_end_silences, &in, NULL, err);
}

bool
alerting_store_save_silence(db_tx_t *tx, const silence_t *s, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, &s->household);
    db_params_text(&in, s->matter);
    db_params_date(&in, s->until);
    db_params_text(&in, s->reason);
    db_params_text(&in, s->made_by);
    db_params_date(&in, s->made_on);
    return db_exec(tx, SET, STMT_save_silence, &in, NULL, err);
}

bool
alerting_store_add_visit(db_tx_t *tx, const alert_t *alert, const visit_t *visit, const char *by, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, &alert->id);
    db_params_i64(&in, alert->version);
    db_params_date(&in, visit->visited_on);
    db_params_text_array(&in, visit->visitors, visit->visitor_count);
    db_params_text(&in, result_names[visit->result]);
    db_params_text_array(&in, visit->needs, visit->need_count);
    db_params_text(&in, visit->note);
    db_params_text(&in, by);
    return db_exec(tx, SET, STMT_add_visit, &in, NULL, err);
}

bool
alerting_store_add_snooze(db_tx_t *tx, const alert_t *alert, const char *reason, const char *by, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, &alert->id);
    db_params_i64(&in, alert->version);
    db_params_date(&in, alert->snoozed_until);
    db_params_text(&in, reason);
    db_params_text(&in, by);
    return db_exec(tx, SET, STMT_add_snooze, &in, NULL, err);
}

bool
alerting_store_region(db_tx_t *tx, const uuid_t *household, const char *matter, char ret[ALERT_REGION_SIZE], err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, household);
    db_params_text(&in, matter);
    if (!db_query(tx, SET, STMT_household_region, &in, &r, err))
        return false;
    ret[0] = '\0';
    if (db_result_rows(r) > 0)
        db_result_text_copy(ret, ALERT_REGION_SIZE, r, 0, 0);
    return true;
}

bool
alerting_store_load_referrals(db_tx_t *tx, arena_t *arena, const uuid_t *alerts, size_t n, referral_t ***ret,
                              size_t *ret_n, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;
    size_t rows;

    db_params_init(&in);
    db_params_uuid_array(&in, alerts, n);
    if (!db_query(tx, SET, STMT_load_referrals, &in, &r, err))
        return false;
    rows = db_result_rows(r);
    *ret = arena_new_array(arena, referral_t *, rows + 1);
    for (size_t i = 0; i < rows; i++) {
        referral_t *x = arena_alloc(arena, sizeof(*x));

        x->id = db_result_uuid(r, i, 0);
        x->alert = db_result_uuid(r, i, 1);
        x->need = db_result_text_dup(arena, r, i, 2);
        x->state = db_result_text_dup(arena, r, i, 3);
        x->version = db_result_i64(r, i, 4);
        (*ret)[i] = x;
    }
    *ret_n = rows;
    return true;
}

bool
alerting_store_save_referrals(db_tx_t *tx, arena_t *arena, referral_t *const *r, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    DB_UUIDS(referral, r[i]->id);
    DB_UUIDS(alert, r[i]->alert);
    DB_TEXTS(need, r[i]->need);
    DB_TEXTS(state, r[i]->state);
    DB_NUMBERS(version, r[i]->version);
    return db_exec(tx, SET, STMT_save_referrals, &in, NULL, err);
}

/* ---- reading for replies ---- */

/* Alerts of a result, each with its own findings. */
static bool
with_findings(db_tx_t *tx, arena_t *arena, const db_result_t *r, alert_t ***ret, size_t *ret_n, err_t *err)
{
    AUTO_WORK work;
    AUTO_PARAMS in;
    size_t n = db_result_rows(r);

    db_params_init(&in);
    work_init(&work, arena);
    *ret = arena_new_array(arena, alert_t *, n + 1);
    *ret_n = n;
    for (size_t i = 0; i < n; i++) {
        alert_t *a = read_alert(arena, r, i);

        work_add_alert(work_matter(&work, &a->household, a->matter), a);
        (*ret)[i] = a;
    }
    if (n == 0)
        return true;
    bind_matters(&work, &in);
    if (!load_findings_and_silences(tx, &work, &in, err))
        return false;
    work_gather(&work);
    return true;
}

bool
alerting_store_list(db_tx_t *tx, arena_t *arena, const svc_list_t *list, alert_t ***ret, size_t *ret_n, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    svc_list_params(list, arena, &in);
    return db_query(tx, SET, STMT_list_alerts, &in, &r, err) && with_findings(tx, arena, r, ret, ret_n, err);
}

bool
alerting_store_household(db_tx_t *tx, arena_t *arena, const uuid_t *household, alert_t ***ret, size_t *ret_n,
                         err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, household);
    return db_query(tx, SET, STMT_household_alerts, &in, &r, err) && with_findings(tx, arena, r, ret, ret_n, err);
}

static void
write_list(json_out_t *out, const char *key, const char *list)
{
    json_out_array(out, key);
    while (list != NULL && *list != '\0') {
        size_t len = strcspn(list, ",");

        json_out_text_n(out, NULL, list, len);
        list += len + (list[len] == ',');
    }
    json_out_end(out);
}

bool
alerting_store_write_visits(db_tx_t *tx, const uuid_t *household, json_out_t *out, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, household);
    if (!db_query(tx, SET, STMT_household_visits, &in, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        uuid_t alert = db_result_uuid(r, i, 0);

        json_out_object(out, NULL);
        json_out_date(out, "on", db_result_date(r, i, 2));
        json_out_text(out, "what", "visit");
        json_out_uuid(out, "alert", &alert);
        json_out_i64(out, "version", db_result_i64(r, i, 1));
        write_list(out, "visitors", db_result_text(r, i, 3));
        json_out_text(out, "result", db_result_text(r, i, 4));
        write_list(out, "needs", db_result_text(r, i, 5));
        json_out_bool(out, "has_note", db_result_bool(r, i, 6));
        json_out_text(out, "by", db_result_text(r, i, 7));
        json_out_end(out);
    }
    return true;
}

bool
alerting_store_write_silences(db_tx_t *tx, const uuid_t *household, json_out_t *out, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, household);
    if (!db_query(tx, SET, STMT_household_silences, &in, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        json_out_object(out, NULL);
        json_out_date(out, "on", db_result_date(r, i, 4));
        json_out_text(out, "what", "silence");
        json_out_text(out, "matter", db_result_text(r, i, 0));
        json_out_date(out, "until", db_result_date(r, i, 1));
        json_out_text(out, "reason", db_result_text(r, i, 2));
        json_out_text(out, "by", db_result_text(r, i, 3));
        json_out_bool(out, "ended", db_result_bool(r, i, 5));
        json_out_end(out);
    }
    return true;
}

bool
alerting_store_counts(db_tx_t *tx, counts_t *ret, err_t *err)
{
    AUTO(db_result) r = NULL;
    counts_t c = { 0 };

    if (!db_query(tx, SET, STMT_count_alerts, NULL, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        int state = db_result_name(r, i, 0, alert_state_names, ALERT_STATE_COUNT);
        int64_t n = db_result_i64(r, i, 2);

        c.by_state[state] += n;
        if (state == ALERT_CLOSED)
            continue;
        c.by_level[db_result_name(r, i, 1, level_names, LEVEL_COUNT)] += n;
        c.open += n;
        c.overdue += db_result_i64(r, i, 3);
    }
    *ret = c;
    return true;
}
