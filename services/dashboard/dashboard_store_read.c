/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard_store.h"

#include "dashboard_sql.h"
#include "domain/date.h"
#include "words.h"
#include <string.h>

#define SET (&dashboard_statements)
#define MONTHS 12

/* ---- alerts ---- */

enum {
    COL_ALERT,
    COL_VERSION,
    COL_STATE,
    COL_LEVEL,
    COL_HOUSEHOLD,
    COL_REGION,
    COL_CATEGORY,
    COL_KIND,
    COL_OPENED,
    COL_DUE,
    COL_OVERDUE,
    COL_FIRST_SEQ,
    COL_SEQ,
    COL_SINCE,
    COL_MONTHLY,
    COL_ENROLLED,
    COL_OVERPAID,
    COL_MARGIN,
    COL_DATA
};

static void
text_or_nothing(json_out_t *out, const char *key, const db_result_t *r, size_t i, unsigned col)
{
    if (!db_result_is_null(r, i, col))
        json_out_text(out, key, db_result_text(r, i, col));
}

static void
write_item(json_out_t *out, const char *key, const db_result_t *r, size_t i)
{
    uuid_t alert = db_result_uuid(r, i, COL_ALERT);
    uuid_t household = db_result_uuid(r, i, COL_HOUSEHOLD);

    json_out_object(out, key);
    json_out_uuid(out, "alert", &alert);
    json_out_i64(out, "version", db_result_i64(r, i, COL_VERSION));
    json_out_text(out, "state", db_result_text(r, i, COL_STATE));
    json_out_text(out, "level", db_result_text(r, i, COL_LEVEL));
    json_out_uuid(out, "household", &household);
    json_out_text(out, "region", db_result_text(r, i, COL_REGION));
    json_out_text(out, "category", db_result_text(r, i, COL_CATEGORY));
    json_out_text(out, "kind", db_result_text(r, i, COL_KIND));
    json_out_date(out, "opened", db_result_date(r, i, COL_OPENED));
    json_out_date(out, "due", db_result_date(r, i, COL_DUE));
    json_out_bool(out, "overdue", db_result_bool(r, i, COL_OVERDUE));
    json_out_i64(out, "first_seq", db_result_i64(r, i, COL_FIRST_SEQ));
    json_out_i64(out, "seq", db_result_i64(r, i, COL_SEQ));
    if (!db_result_is_null(r, i, COL_SINCE))
        json_out_date(out, "since", db_result_date(r, i, COL_SINCE));
    text_or_nothing(out, "monthly_money", r, i, COL_MONTHLY);
    text_or_nothing(out, "enrolled_money", r, i, COL_ENROLLED);
    text_or_nothing(out, "overpaid", r, i, COL_OVERPAID);
    text_or_nothing(out, "margin", r, i, COL_MARGIN);
    json_out_end(out);
}

static void
bind_words(db_params_t *in, arena_t *arena, unsigned set, const char *const *words, size_t n)
{
    const char **chosen = arena_new_array(arena, const char *, n + 1);
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        if ((set & (1u << i)) != 0)
            chosen[count++] = words[i];
    db_params_text_array(in, chosen, count);
}

/* $1 to $5 of list_alerts and count_alerts. */
static void
bind_filter(db_params_t *in, arena_t *arena, const route_t *route)
{
    bind_words(in, arena, route->states, state_words, STATE_COUNT);
    bind_words(in, arena, route->levels, level_words, LEVEL_COUNT);
    db_params_text(in, route->region);
    bind_words(in, arena, route->kinds, kind_words, KIND_COUNT);
    if (route->overdue < 0)
        db_params_null(in);
    else
        db_params_bool(in, route->overdue == 1);
}

static bool
read_head(db_tx_t *tx, int64_t *ret, err_t *err)
{
    AUTO(db_result) head = NULL;

    if (!db_query(tx, SET, STMT_load_head, NULL, &head, err))
        return false;
    *ret = db_result_i64(head, 0, 0);
    return true;
}

bool
dashboard_store_write_list(db_tx_t *tx, arena_t *arena, const route_t *route, json_out_t *out, err_t *err)
{
    AUTO(db_result) rows = NULL;
    AUTO(db_result) total = NULL;
    AUTO_PARAMS all;
    AUTO_PARAMS in;
    int64_t head = 0;

    db_params_init(&all);
    db_params_init(&in);
    bind_filter(&all, arena, route);
    bind_filter(&in, arena, route);
    if (route->after < 0)
        db_params_null(&in);
    else
        db_params_i64(&in, route->after);
    db_params_i64(&in, route->limit + 1);
    if (!read_head(tx, &head, err) || !db_query(tx, SET, STMT_count_alerts, &all, &total, err) ||
        !db_query(tx, SET, STMT_list_alerts, &in, &rows, err))
        return false;
    size_t n = db_result_rows(rows);
    bool more = n > (size_t) route->limit;
    if (more)
        n = (size_t) route->limit;
    json_out_array(out, "alerts");
    for (size_t i = 0; i < n; i++)
        write_item(out, NULL, rows, i);
    json_out_end(out);
    json_out_i64(out, "total", db_result_i64(total, 0, 0));
    json_out_bool(out, "more", more);
    if (more)
        json_out_i64(out, "next", db_result_i64(rows, n - 1, COL_FIRST_SEQ));
    json_out_i64(out, "seq", head);
    return true;
}

bool
dashboard_store_changed(db_tx_t *tx, int64_t after, int64_t limit, dashboard_changed_fn fn, void *ctx, size_t *ret_n, err_t *err)
{
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, after);
    db_params_i64(&in, limit);
    if (!db_query(tx, SET, STMT_changed_alerts, &in, &rows, err))
        return false;
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        AUTO_STR text = STR_INIT;
        json_out_t out;

        json_out_init(&out, &text);
        write_item(&out, NULL, rows, i);
        fn(ctx, db_result_i64(rows, i, COL_SEQ), db_result_text(rows, i, COL_REGION), str_slice(&text));
    }
    *ret_n = db_result_rows(rows);
    return true;
}

/* An array of texts that were published as JSON. */
static void
write_raw(json_out_t *out, const char *key, const db_result_t *r)
{
    json_out_array(out, key);
    for (size_t i = 0; i < db_result_rows(r); i++) {
        const char *data = db_result_text(r, i, 0);
        json_out_raw(out, NULL, data, strlen(data));
    }
    json_out_end(out);
}

bool
dashboard_store_write_alert(db_tx_t *tx, const uuid_t *alert, bool *ret_found, json_out_t *out, err_t *err)
{
    AUTO(db_result) row = NULL;
    AUTO(db_result) findings = NULL;
    AUTO(db_result) referrals = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, alert);
    if (!db_query(tx, SET, STMT_read_alert, &in, &row, err) || !db_query(tx, SET, STMT_read_findings, &in, &findings, err) ||
        !db_query(tx, SET, STMT_read_alert_referrals, &in, &referrals, err))
        return false;
    *ret_found = db_result_rows(row) == 1;
    if (!*ret_found)
        return true;
    const char *data = db_result_text(row, 0, COL_DATA);
    write_item(out, "item", row, 0);
    json_out_raw(out, "alert", data, strlen(data));
    write_raw(out, "findings", findings);
    write_raw(out, "referrals", referrals);
    return true;
}

bool
dashboard_store_write_chain(db_tx_t *tx, const uuid_t *household, bool *ret_found, json_out_t *out, err_t *err)
{
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, household);
    if (!db_query(tx, SET, STMT_read_chain, &in, &rows, err))
        return false;
    *ret_found = db_result_rows(rows) > 0;
    json_out_uuid(out, "household", household);
    json_out_array(out, "entries");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const char *what = db_result_text(rows, i, 0);
        const char *data = db_result_text(rows, i, 2);
        json_out_object(out, NULL);
        json_out_text(out, "what", what);
        if (!db_result_is_null(rows, i, 1))
            json_out_date(out, "on", db_result_date(rows, i, 1));
        json_out_raw(out, what, data, strlen(data));
        json_out_end(out);
    }
    json_out_end(out);
    return true;
}

/* ---- the overview ---- */

static bool
query_for(db_tx_t *tx, unsigned stmt, const char *region, db_result_t **ret, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, region);
    return db_query(tx, SET, stmt, &in, ret, err);
}

static bool
query_for_day(db_tx_t *tx, unsigned stmt, int32_t day, const char *region, db_result_t **ret, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, day);
    if (region != NULL)
        db_params_text(&in, region);
    return db_query(tx, SET, stmt, &in, ret, err);
}

typedef struct {
    int64_t households, people, single_households, single_people; /* of whom single-person entries */
} total_t;

/* Reports count single-person entries to dibao, and say how many they are. */
static void
write_category(json_out_t *out, const char *category, const total_t *t, bool has_single)
{
    json_out_object(out, category);
    json_out_i64(out, "households", t->households);
    json_out_i64(out, "people", t->people);
    if (has_single) {
        json_out_i64(out, "single_households", t->single_households);
        json_out_i64(out, "single_people", t->single_people);
    }
    json_out_end(out);
}

static void
add_row(total_t *dibao, const char *category, int64_t households, int64_t people)
{
    bool single = strcmp(category, "dibao_single") == 0;

    dibao->households += households;
    dibao->people += people;
    dibao->single_households += single ? households : 0;
    dibao->single_people += single ? people : 0;
}

static bool
is_dibao(const char *category)
{
    return strcmp(category, "dibao") == 0 || strcmp(category, "dibao_single") == 0;
}

/* Rows from `first` while `col_of_group` (or everything when it is < 0) stays the same: categories as members. */
static size_t
write_categories(json_out_t *out, const db_result_t *r, size_t first, int group, unsigned col)
{
    total_t dibao = { 0 };
    size_t i = first;
    const char *name = group < 0 ? NULL : db_result_text(r, first, (unsigned) group);

    json_out_object(out, "register");
    for (; i < db_result_rows(r) && (name == NULL || strcmp(name, db_result_text(r, i, (unsigned) group)) == 0); i++) {
        const char *category = db_result_text(r, i, col);
        total_t t = { .households = db_result_i64(r, i, col + 1), .people = db_result_i64(r, i, col + 2) };
        if (is_dibao(category))
            add_row(&dibao, category, t.households, t.people);
        else
            write_category(out, category, &t, false);
    }
    write_category(out, "dibao", &dibao, true);
    json_out_end(out);
    return i;
}

static bool
write_register(db_tx_t *tx, int32_t day, const char *region, json_out_t *out, err_t *err)
{
    AUTO(db_result) rows = NULL;
    AUTO(db_result) children = NULL;

    if (!query_for_day(tx, STMT_read_register, day, region, &rows, err) ||
        !query_for_day(tx, STMT_read_children, day, NULL, &children, err))
        return false;
    (void) write_categories(out, rows, 0, -1, 0);
    if (region[0] != '\0')
        return true; /* classes are told for everything together only */
    json_out_object(out, "children");
    for (size_t i = 0; i < db_result_rows(children); i++)
        json_out_i64(out, db_result_text(children, i, 0), db_result_i64(children, i, 1));
    json_out_end(out);
    return true;
}

typedef struct {
    int64_t open, overdue;
    int64_t level[LEVEL_COUNT], state[STATE_COUNT], kind[KIND_COUNT];
} open_t;

static void
add_to(int64_t *counts, const char *const *words, size_t n, const char *word, int64_t by)
{
    int i = words_index(words, n, word, strlen(word));

    if (i >= 0)
        counts[i] += by;
}

/* Columns of read_open_alerts. */
static void
add_open(open_t *o, const db_result_t *r, size_t i)
{
    int64_t n = db_result_i64(r, i, 4);

    o->open += n;
    o->overdue += db_result_i64(r, i, 5);
    add_to(o->level, level_words, LEVEL_COUNT, db_result_text(r, i, 1), n);
    add_to(o->state, state_words, STATE_COUNT, db_result_text(r, i, 2), n);
    add_to(o->kind, kind_words, KIND_COUNT, db_result_text(r, i, 3), n);
}

static void
write_words(json_out_t *out, const char *key, const char *const *words, size_t n, const int64_t *counts)
{
    json_out_object(out, key);
    for (size_t i = 0; i < n; i++)
        json_out_i64(out, words[i], counts[i]);
    json_out_end(out);
}

static void
write_open(json_out_t *out, const open_t *o, bool whole)
{
    json_out_i64(out, "open", o->open);
    json_out_i64(out, "overdue", o->overdue);
    write_words(out, "levels", level_words, LEVEL_COUNT, o->level);
    if (!whole)
        return;
    write_words(out, "states", state_words, STATE_CLOSED, o->state);
    write_words(out, "kinds", kind_words, KIND_COUNT, o->kind);
}

static bool
write_alert_flow(db_tx_t *tx, int32_t day, const char *region, json_out_t *out, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, date_month_start(date_month(day)));
    db_params_date(&in, day);
    db_params_text(&in, region);
    if (!db_query(tx, SET, STMT_read_alert_flow, &in, &r, err))
        return false;
    json_out_i64(out, "opened_this_month", db_result_i64(r, 0, 0));
    json_out_i64(out, "closed_this_month", db_result_i64(r, 0, 1));
    return true;
}

/* Both lists are sorted by township: a merge of register rows and open alerts. */
static void
write_townships(const db_result_t *counts, const db_result_t *alerts, const region_names_t *names, json_out_t *out)
{
    size_t c = 0, a = 0, c_n = counts == NULL ? 0 : db_result_rows(counts), a_n = db_result_rows(alerts);

    json_out_array(out, "townships");
    while (c < c_n || a < a_n) {
        const char *of_count = c < c_n ? db_result_text(counts, c, 0) : NULL;
        const char *of_alert = a < a_n ? db_result_text(alerts, a, 0) : NULL;
        bool count_first = of_alert == NULL || (of_count != NULL && strcmp(of_count, of_alert) <= 0);
        const char *township = count_first ? of_count : of_alert;
        open_t open = { .open = 0 };

        json_out_object(out, NULL);
        json_out_text(out, "region", township);
        region_names_write(names, township, out);
        if (count_first)
            c = write_categories(out, counts, c, 0, 1);
        else
            json_out_null(out, "register");
        for (; a < a_n && strcmp(db_result_text(alerts, a, 0), township) == 0; a++)
            add_open(&open, alerts, a);
        json_out_object(out, "alerts");
        write_open(out, &open, false);
        json_out_end(out);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_direction(json_out_t *out, const db_result_t *r, size_t first, size_t end, const char *direction)
{
    json_out_object(out, direction);
    for (size_t i = first; i < end; i++)
        if (strcmp(db_result_text(r, i, 2), direction) == 0 && db_result_i64(r, i, 3) > 0)
            json_out_i64(out, db_result_text(r, i, 1), db_result_i64(r, i, 3));
    json_out_end(out);
}

/* From the first month with a finding, at most twelve, up to the month of the day; a month without one is there too. */
static void
write_months(const db_result_t *r, int32_t day, json_out_t *out)
{
    size_t n = db_result_rows(r), i = 0;
    int32_t last = date_month(day);

    json_out_array(out, "months");
    for (int32_t m = n == 0 ? last + 1 : date_month(db_result_date(r, 0, 0)); m <= last; m++) {
        char text[DATE_TEXT_SIZE];
        size_t end = i;
        int64_t withdrawn = 0;

        while (end < n && date_month(db_result_date(r, end, 0)) == m)
            withdrawn += db_result_i64(r, end++, 4);
        date_format(date_month_start(m), text);
        json_out_object(out, NULL);
        json_out_text_n(out, "month", text, sizeof("2024-01") - 1);
        write_direction(out, r, i, end, "more");
        write_direction(out, r, i, end, "less");
        write_direction(out, r, i, end, "check");
        json_out_i64(out, "withdrawn", withdrawn);
        json_out_end(out);
        i = end;
    }
    json_out_end(out);
}

static bool
write_referrals(db_tx_t *tx, const char *region, json_out_t *out, err_t *err)
{
    AUTO(db_result) r = NULL;

    if (!query_for(tx, STMT_read_referral_states, region, &r, err))
        return false;
    json_out_object(out, "referrals");
    for (size_t i = 0; i < db_result_rows(r); i++)
        json_out_i64(out, db_result_text(r, i, 0), db_result_i64(r, i, 1));
    json_out_end(out);
    return true;
}

/* The digits that all townships share, as a region: the county whose page this is. */
static void
scope_of(const char *region, const db_result_t *counts, const db_result_t *alerts, char ret[REGION_SIZE])
{
    static const size_t lengths[] = { 9, 6, 4, 2 };
    const db_result_t *lists[] = { counts, alerts };
    bool any = false;

    ret[0] = '\0';
    for (size_t k = 0; k < COUNT_OF(lists); k++)
        for (size_t i = 0; lists[k] != NULL && i < db_result_rows(lists[k]); i++) {
            const char *township = db_result_text(lists[k], i, 0);
            size_t same = 0;
            if (!any)
                (void) str_copy(ret, REGION_SIZE, township);
            any = true;
            while (ret[same] != '\0' && ret[same] == township[same])
                same++;
            ret[same] = '\0';
        }
    size_t n = strlen(ret), to = 0;
    for (size_t k = 1; k < COUNT_OF(lengths) && to == 0; k++)
        to = n >= lengths[k] ? lengths[k] : 0;
    ret[to] = '\0';
    if (region[0] != '\0')
        (void) str_copy(ret, REGION_SIZE, region);
}

static void
write_scope(const char *scope, const region_names_t *names, json_out_t *out)
{
    const char *county = scope[0] == '\0' ? region_names_county(names, "") : scope;

    json_out_object(out, "scope");
    json_out_text(out, "region", county == NULL ? "" : county);
    region_names_write(names, county == NULL ? "" : county, out);
    json_out_end(out);
}

/* What depends on the business day. */
static bool
write_day(db_tx_t *tx, int32_t day, const char *region, json_out_t *out, err_t *err)
{
    AUTO(db_result) flows = NULL;

    json_out_date(out, "day", day);
    if (!write_register(tx, day, region, out, err) ||
        !query_for_day(tx, STMT_read_flows, date_month_start(date_month(day) - MONTHS + 1), region, &flows, err))
        return false;
    write_months(flows, day, out);
    return true;
}

bool
dashboard_store_write_overview(db_tx_t *tx, const char *region, const region_names_t *names, json_out_t *out, err_t *err)
{
    AUTO(db_result) counts = NULL;
    AUTO(db_result) alerts = NULL;
    open_t open = { .open = 0 };
    char scope[REGION_SIZE];
    int32_t day;
    int64_t head = 0;

    if (!db_query_date(tx, SET, STMT_load_day, &day, err) || !read_head(tx, &head, err) || !query_for(tx, STMT_read_open_alerts, region, &alerts, err))
        return false;
    if (day != INT32_MIN && !query_for_day(tx, STMT_read_townships, day, region, &counts, err))
        return false;
    scope_of(region, counts, alerts, scope);
    write_scope(scope, names, out);
    if (day == INT32_MIN) {
        json_out_null(out, "day");
        json_out_null(out, "register");
        json_out_array(out, "months");
        json_out_end(out);
    } else if (!write_day(tx, day, region, out, err)) {
        return false;
    }
    for (size_t i = 0; i < db_result_rows(alerts); i++)
        add_open(&open, alerts, i);
    json_out_object(out, "alerts");
    write_open(out, &open, true);
    if (day != INT32_MIN && !write_alert_flow(tx, day, region, out, err))
        return false;
    json_out_end(out);
    if (!write_referrals(tx, region, out, err))
        return false;
    write_townships(counts, alerts, names, out);
    json_out_i64(out, "seq", head);
    return true;
}
