/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard_in.h"

#include "domain/date.h"
#include "domain/money.h"
#include "domain/region.h"
#include "words.h"
#include <string.h>

#define VERSION_MAX ((int64_t) 1 << 53)
#define COUNTS_MAX 100000

static const char *const finding_states[] = { "open", "changed", "withdrawn" };

static bool
is_word(const char *const *words, size_t n, const char *word)
{
    return words_index(words, n, word, strlen(word)) >= 0;
}

static bool
take_date(const char *text, const char *pointer, int32_t *ret, err_t *err)
{
    return date_parse(text, strlen(text), ret) || err_bad_data(err, pointer, "expected a date YYYY-MM-DD");
}

/* Kept as it was published: the read model shows it, and never computes it anew. */
static bool
keep_data(const event_t *event, slice_t bytes, arena_t *arena, const char **ret, err_t *err)
{
    slice_t data;

    if (event->data == NULL || !json_locate(bytes.ptr, bytes.len, "data", &data))
        return err_set(err, ERR_BUG, "internal", "an event came without its data");
    *ret = arena_strndup(arena, data.ptr, data.len);
    return true;
}

static bool
check_region(const char *region, err_t *err)
{
    return region_is_full(region) || err_bad_data(err, "/region", "expected 12 digits");
}

static int64_t
fen_of(const char *money)
{
    int64_t fen;

    return money != NULL && money_parse(money, strlen(money), &fen) ? fen : 0;
}

/* Which way the finding points. */
static const char *
direction_of(const finding_in_t *f)
{
    static const char *const more[] = { "newly_qualifies", "entitlement_not_drawn", "hardship_warning", "aid_missing" };
    static const char *const less[] = { "no_longer_qualifies", "overlap" };

    if (is_word(more, COUNT_OF(more), f->kind))
        return "more";
    if (is_word(less, COUNT_OF(less), f->kind))
        return "less";
    if (strcmp(f->kind, "category_change") == 0)
        return strcmp(f->category, "dibao") == 0 ? "more" : "less";
    if (strcmp(f->kind, "benefit_change") == 0)
        return fen_of(f->monthly_money) > fen_of(f->enrolled_money) ? "more" : "less";
    return "check";
}

bool
dashboard_in_finding(const event_t *event, slice_t bytes, arena_t *arena, finding_in_t *ret, err_t *err)
{
    finding_in_t f = { .version = 0 };
    json_in_t in;

    if (!keep_data(event, bytes, arena, &f.data, err))
        return false;
    json_in_init(&in, event->data, "", err);
    f.finding = json_in_uuid(&in, "finding");
    f.household = json_in_uuid(&in, "household");
    f.version = json_in_i64(&in, "version", 1, VERSION_MAX);
    f.state = json_in_text(&in, "state");
    f.region = json_in_text(&in, "region");
    f.category = json_in_text(&in, "category");
    f.kind = json_in_text(&in, "kind");
    f.monthly_money = json_in_text_or(&in, "monthly_money", NULL);
    f.enrolled_money = json_in_text_or(&in, "enrolled_money", NULL);
    f.overpaid = json_in_text_or(&in, "overpaid", NULL);
    f.margin = json_in_text_or(&in, "margin", NULL);
    const char *since = json_in_text(&in, "since");
    const char *date = json_in_text_or(&in, "date", since);
    if (!json_in_ok(&in))
        return false;
    if (!is_word(finding_states, COUNT_OF(finding_states), f.state))
        return err_bad_data(err, "/state", "expected open, changed or withdrawn");
    if (!check_region(f.region, err) || !take_date(since, "/since", &f.since, err) || !take_date(date, "/date", &f.date, err))
        return false;
    f.direction = direction_of(&f);
    *ret = f;
    return true;
}

static uuid_t
lead_of(const json_node_t *findings, const char *kind)
{
    uuid_t lead = { { 0 } };

    for (const json_node_t *n = json_first(findings); n != NULL; n = json_next(n)) {
        const char *id = json_text(json_get(n, "finding"));
        const char *its_kind = json_text(json_get(n, "kind"));
        const char *state = json_text(json_get(n, "state"));
        uuid_t found;
        if (id == NULL || its_kind == NULL || state == NULL || !uuid_parse(id, strlen(id), &found))
            continue;
        if (strcmp(its_kind, kind) == 0 && strcmp(state, "withdrawn") != 0)
            return found;
        if (uuid_is_nil(&lead))
            lead = found;
    }
    return lead;
}

bool
dashboard_in_alert(const event_t *event, slice_t bytes, arena_t *arena, alert_in_t *ret, err_t *err)
{
    alert_in_t a = { .version = 0 };
    json_in_t in;

    if (!keep_data(event, bytes, arena, &a.data, err))
        return false;
    json_in_init(&in, event->data, "", err);
    a.alert = json_in_uuid(&in, "alert");
    a.household = json_in_uuid(&in, "household");
    a.version = json_in_i64(&in, "version", 1, VERSION_MAX);
    a.state = json_in_text(&in, "state");
    a.level = json_in_text(&in, "level");
    a.region = json_in_text(&in, "region");
    a.category = json_in_text(&in, "category");
    a.kind = json_in_text(&in, "kind");
    a.overdue = json_in_bool_or(&in, "overdue", false);
    const json_node_t *findings = json_in_array(&in, "findings");
    const char *opened = json_in_text(&in, "opened");
    const char *due = json_in_text(&in, "due");
    const char *date = json_in_text_or(&in, "date", opened);
    if (!json_in_ok(&in))
        return false;
    if (!is_word(state_words, STATE_COUNT, a.state))
        return err_bad_data(err, "/state", "unknown");
    if (!is_word(level_words, LEVEL_COUNT, a.level))
        return err_bad_data(err, "/level", "unknown");
    if (!check_region(a.region, err) || !take_date(opened, "/opened", &a.opened, err) ||
        !take_date(due, "/due", &a.due, err) || !take_date(date, "/date", &a.date, err))
        return false;
    a.lead = lead_of(findings, a.kind);
    /* alerting keeps the mark for the record; what is late on the page is a visit that nobody has made yet */
    a.overdue = a.overdue && words_index(state_words, STATE_VISITED, a.state, strlen(a.state)) >= 0;
    *ret = a;
    return true;
}

bool
dashboard_in_referral(const event_t *event, slice_t bytes, arena_t *arena, referral_in_t *ret, err_t *err)
{
    referral_in_t r = { .version = 0 };
    json_in_t in;

    if (!keep_data(event, bytes, arena, &r.data, err))
        return false;
    json_in_init(&in, event->data, "", err);
    r.referral = json_in_uuid(&in, "referral");
    r.alert = json_in_uuid(&in, "alert");
    r.household = json_in_uuid(&in, "household");
    r.version = json_in_i64(&in, "version", 1, VERSION_MAX);
    r.state = json_in_text(&in, "state");
    r.region = json_in_text(&in, "region");
    if (!json_in_ok(&in) || !check_region(r.region, err))
        return false;
    *ret = r;
    return true;
}

static bool
take_counts(const json_node_t *list, const char *pointer, bool by_region, day_in_t *day, err_t *err)
{
    for (const json_node_t *n = json_first(list); n != NULL; n = json_next(n)) {
        json_in_t in;
        count_in_t c = { .region = "" };

        json_in_init(&in, n, pointer, err);
        if (by_region)
            c.region = json_in_text(&in, "region");
        c.category = json_in_text(&in, "category");
        c.households = json_in_i64(&in, "households", 0, VERSION_MAX);
        c.people = json_in_i64(&in, "people", 0, VERSION_MAX);
        if (!json_in_ok(&in))
            return false;
        if (by_region && !region_is_valid(c.region))
            return err_bad_data(err, pointer, "region: expected a region code");
        day->counts[day->count++] = c;
    }
    return true;
}

static bool
take_children(const json_node_t *list, arena_t *arena, day_in_t *day, err_t *err)
{
    day->classes = arena_new_array(arena, const char *, json_count(list) + 1);
    day->children = arena_new_array(arena, int64_t, json_count(list) + 1);
    for (const json_node_t *n = json_first(list); n != NULL; n = json_next(n)) {
        json_in_t in;

        json_in_init(&in, n, "/children", err);
        day->classes[day->class_count] = json_in_text(&in, "class");
        day->children[day->class_count] = json_in_i64(&in, "people", 0, VERSION_MAX);
        if (!json_in_ok(&in))
            return false;
        day->class_count++;
    }
    return true;
}

bool
dashboard_in_day(const event_t *event, arena_t *arena, day_in_t *ret, err_t *err)
{
    day_in_t day = { .date = 0 };
    json_in_t in;

    if (event->data == NULL)
        return err_set(err, ERR_BUG, "internal", "a day event came without its data");
    json_in_init(&in, event->data, "", err);
    const char *date = json_in_text(&in, "date");
    const json_node_t *whole = json_in_array(&in, "register");
    const json_node_t *townships = json_in_array(&in, "townships");
    if (!json_in_ok(&in) || !take_date(date, "/date", &day.date, err))
        return false;
    size_t n = json_count(whole) + json_count(townships);
    if (n > COUNTS_MAX)
        return err_bad_data(err, "/townships", "too many");
    day.counts = arena_new_array(arena, count_in_t, n + 1);
    if (!take_counts(whole, "/register", false, &day, err) || !take_counts(townships, "/townships", true, &day, err) ||
        !take_children(json_get(event->data, "children"), arena, &day, err))
        return false;
    *ret = day;
    return true;
}
