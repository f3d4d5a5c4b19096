/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_profile.h"

#include "base/mem.h"
#include "domain/date.h"
#include "domain/money.h"
#include "domain/region.h"
#include "synth_profile_check.h"
#include <string.h>

static const char *const category_names[SYNTH_CATEGORY_COUNT] = {
    [SYNTH_DIBAO] = "dibao",
    [SYNTH_MARGINAL] = "marginal",
    [SYNTH_TEKUN] = "tekun",
    [SYNTH_DIBAO_SINGLE] = "dibao_single",
    [SYNTH_LIVING] = "disability_living",
    [SYNTH_NURSING] = "disability_nursing",
    [SYNTH_CHILD] = "child_in_difficulty",
    [SYNTH_HARDSHIP] = "other_hardship",
    [SYNTH_REGISTER] = "register",
    [SYNTH_URGENT] = "temporary_aid_urgent",
    [SYNTH_RIGID] = "rigid_expenditure",
    [SYNTH_POVERTY] = "poverty_return",
    [SYNTH_EXPENDITURE] = "temporary_aid_expenditure",
};
static const char *const class_names[SYNTH_CLASS_COUNT] = {
    [SYNTH_ORPHAN] = "orphan",
    [SYNTH_UNATTENDED] = "unattended",
    [SYNTH_ILLNESS] = "serious_illness",
    [SYNTH_DISABILITY] = "severe_disability",
    [SYNTH_HIV] = "hiv",
};
static const char *const event_names[SYNTH_EVENT_COUNT] = {
    [SYNTH_WAGE_LOST] = "wage_lost",
    [SYNTH_WAGE_FOUND] = "wage_found",
    [SYNTH_PENSION_CHANGE] = "pension_change",
    [SYNTH_CORRECTION] = "correction",
    [SYNTH_LATE_WAGE] = "late_wage",
    [SYNTH_HOSPITAL_BILLS] = "hospital_bills",
    [SYNTH_DEPOSIT_FOUND] = "deposit_found",
    [SYNTH_BREADWINNER_DEATH] = "breadwinner_death",
    [SYNTH_CAR_SOLD] = "car_sold",
    [SYNTH_CAR_BOUGHT] = "car_bought",
    [SYNTH_DEATH_ALONE] = "death_alone",
    [SYNTH_DEATH_FAMILY] = "death_family",
    [SYNTH_DEATH_MARGINAL] = "death_marginal",
    [SYNTH_DEATH_TEKUN] = "death_tekun",
    [SYNTH_DEATH_DIBAO_SINGLE] = "death_dibao_single",
    [SYNTH_DEATH_ALLOWANCE] = "death_allowance",
    [SYNTH_DEATH_CHILD] = "death_child",
    [SYNTH_MARRIAGE] = "marriage",
    [SYNTH_NEW_CERTIFICATE] = "new_certificate",
    [SYNTH_CERTIFICATE_REVIEW] = "certificate_review",
    [SYNTH_UNCLAIMED] = "unclaimed",
    [SYNTH_JOB_WITH_ALLOWANCE] = "job_with_allowance",
    [SYNTH_LAST_WAGE_PAST] = "last_wage_past",
    [SYNTH_MARGINAL_JOIN] = "marginal_join",
    [SYNTH_MARGINAL_LEAVE] = "marginal_leave",
    [SYNTH_MARGINAL_FALL] = "marginal_fall",
    [SYNTH_TEKUN_JOIN] = "tekun_join",
    [SYNTH_TEKUN_LEAVE] = "tekun_leave",
    [SYNTH_SINGLE_JOIN] = "dibao_single_join",
    [SYNTH_SINGLE_LEAVE] = "dibao_single_leave",
    [SYNTH_CHILD_JOIN] = "child_join",
    [SYNTH_CHILD_LEAVE] = "child_leave",
    [SYNTH_TEKUN_FOUND] = "tekun_found",
    [SYNTH_TEKUN_CHANGE] = "tekun_change",
    [SYNTH_TEKUN_OVER] = "tekun_over",
    [SYNTH_SINGLE_FOUND] = "dibao_single_found",
    [SYNTH_SINGLE_CHANGE] = "dibao_single_change",
    [SYNTH_SINGLE_OVER] = "dibao_single_over",
    [SYNTH_OTHER_DEATH] = "other_death",
    [SYNTH_OTHER_MARRIAGE] = "other_marriage",
    [SYNTH_OTHER_CAR] = "other_car",
    [SYNTH_SCOOTER] = "scooter",
    [SYNTH_LIGHT_CERTIFICATE] = "light_certificate",
    [SYNTH_BASIC_PENSION] = "basic_pension",
    [SYNTH_INCOME_UNKNOWN] = "income_unknown",
    [SYNTH_PAYMENT_MISSING] = "payment_missing",
    [SYNTH_PAYMENT_LATE] = "payment_late",
    [SYNTH_WAGE_AFTER_DEATH] = "wage_after_death",
    [SYNTH_DEATH_DATES] = "death_dates",
    [SYNTH_PAID_AFTER_DEATH] = "paid_after_death",
    [SYNTH_CLAIMED_TWICE] = "claimed_twice",
    [SYNTH_ENROLLED_TWICE] = "enrolled_twice",
    [SYNTH_BOTH_AIDS] = "both_aids",
    [SYNTH_TEKUN_IN_DIBAO] = "tekun_in_dibao",
    [SYNTH_CHILD_AND_TEKUN] = "child_and_tekun",
    [SYNTH_REVIEW_FORGOTTEN] = "review_forgotten",
    [SYNTH_CERTIFICATE_ENDS] = "certificate_ends",
    [SYNTH_AGE_REACHED] = "age_reached",
    [SYNTH_EMERGENCY] = "emergency",
    [SYNTH_HARD_BLOWS] = "hard_blows",
    [SYNTH_ONE_BLOW] = "one_blow",
    [SYNTH_WATCHED_BLOW] = "watched_blow",
    [SYNTH_CHILD_FOUND] = "child_found",
    [SYNTH_CHILD_OVER] = "child_over",
    [SYNTH_HOUSEHOLD_MOVES] = "household_moves",
    [SYNTH_HOUSEHOLD_PARTS] = "household_parts",
    [SYNTH_HOUSEHOLD_JOINS] = "household_joins",
    [SYNTH_RIGID_FOUND] = "rigid_found",
    [SYNTH_RIGID_OVER] = "rigid_over",
    [SYNTH_POVERTY_FOUND] = "poverty_found",
    [SYNTH_POVERTY_OVER] = "poverty_over",
    [SYNTH_SUPPORT_FOUND] = "support_found",
    [SYNTH_SUPPORT_LOST] = "support_lost",
    [SYNTH_RIGID_RESIDUAL] = "rigid_residual",
    [SYNTH_RIGID_PROPERTY] = "rigid_property",
};

const int synth_ages[SYNTH_AGES] = { 16, 18, 60, 70, 80 };

const char *
synth_category_name(synth_category_t category)
{
    return category_names[category];
}

const char *
synth_class_name(int child_class)
{
    return class_names[child_class];
}

const char *
synth_event_name(synth_event_t event)
{
    return event_names[event];
}

const char *
synth_maintenance_name(synth_maintenance_t method)
{
    static const char *const names[SYNTH_MAINTENANCE_COUNT] = {
        [SYNTH_AGREED_ONLY] = "agreed_only",
        [SYNTH_HALF_ABOVE_TWICE] = "half_above_twice",
        [SYNTH_THIRTY_PERCENT] = "thirty_percent",
        [SYNTH_BY_CHILDREN] = "by_children",
    };

    return names[method];
}

/* What the reading functions share: the first error sticks, later reads do nothing. */
typedef struct {
    const yaml_doc_t *doc;
    err_t *err;
    bool failed;
} reader_t;

static const yaml_node_t *
read_node(reader_t *r, const yaml_node_t *map, const char *key, yaml_kind_t kind, const char *const *allowed)
{
    const yaml_node_t *node = r->failed ? NULL : yaml_get(map, key);

    if (r->failed)
        return NULL;
    if (node == NULL) {
        r->failed = true;
        (void) yaml_fail(r->doc, map, r->err, "`%s` is missing", key);
        return NULL;
    }
    if (yaml_kind(node) != kind) {
        r->failed = true;
        (void) yaml_fail(r->doc, node, r->err, "`%s` must be a %s", key, kind == YAML_MAP ? "map" : "list");
        return NULL;
    }
    if (allowed != NULL && !yaml_check_keys(r->doc, node, allowed, r->err))
        r->failed = true;
    return r->failed ? NULL : node;
}

static const char *
read_text(reader_t *r, const yaml_node_t *map, const char *key, const char *def)
{
    const char *text = "";

    if (!r->failed && !yaml_get_text(r->doc, map, key, def, &text, r->err))
        r->failed = true;
    return text;
}

static int64_t
read_int(reader_t *r, const yaml_node_t *map, const char *key, int64_t def, int64_t min, int64_t max)
{
    int64_t value = min;

    if (!r->failed && !yaml_get_i64(r->doc, map, key, def < min ? NULL : &def, min, max, &value, r->err))
        r->failed = true;
    return value;
}

static int64_t
read_money_node(reader_t *r, const yaml_node_t *node, const char *what)
{
    const char *text = node == NULL ? NULL : yaml_text(node);
    int64_t fen = 0;

    if (r->failed || node == NULL)
        return 0;
    if (text == NULL || !money_parse(text, strlen(text), &fen) || fen < 0) {
        r->failed = true;
        (void) yaml_fail(r->doc, node, r->err, "`%s` must be an amount in yuan such as 790.00", what);
    }
    return fen;
}

static int64_t
read_money(reader_t *r, const yaml_node_t *map, const char *key)
{
    const yaml_node_t *node = r->failed ? NULL : yaml_get(map, key);

    if (!r->failed && node == NULL) {
        r->failed = true;
        (void) yaml_fail(r->doc, map, r->err, "`%s` is missing", key);
    }
    return read_money_node(r, node, key);
}

/* A decimal such as 0.10 or 1.5 with at most four digits after the point, exactly. */
static int
read_share(reader_t *r, const yaml_node_t *map, const char *key, int64_t max_bp)
{
    const char *text = read_text(r, map, key, NULL);
    int64_t value = 0;
    int decimals = -1;

    for (const char *p = text; !r->failed && *p != '\0'; p++) {
        if (*p == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (*p < '0' || *p > '9' || decimals >= 4 || value > 100000) {
            value = -1;
            break;
        }
        value = value * 10 + (*p - '0');
        decimals += decimals >= 0;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 4 && value > 0; i++)
        value *= 10;
    if (!r->failed && (*text == '\0' || value < 0 || value > max_bp)) {
        r->failed = true;
        (void) yaml_fail(r->doc, yaml_get(map, key), r->err, "`%s` must be a decimal from 0 to %g such as 0.10", key,
                         (double) max_bp / SYNTH_BP);
    }
    return (int) value;
}

static int32_t
read_date(reader_t *r, const yaml_node_t *map, const char *key)
{
    const char *text = read_text(r, map, key, NULL);
    int32_t day = 0;

    if (!r->failed && !date_parse(text, strlen(text), &day)) {
        r->failed = true;
        (void) yaml_fail(r->doc, yaml_get(map, key), r->err, "`%s` must be a date such as 2024-01-01", key);
    }
    return day;
}

static void
read_play(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    const yaml_node_t *title = read_node(r, root, "title", YAML_MAP, (const char *const[]){ "zh", "en", NULL });
    const yaml_node_t *days = read_node(r, root, "feed_days", YAML_LIST, NULL);

    p->name = read_text(r, root, "profile", NULL);
    p->title_zh = read_text(r, title, "zh", NULL);
    p->title_en = read_text(r, title, "en", NULL);
    p->seed = (uint64_t) read_int(r, root, "seed", -1, 0, INT64_MAX);
    p->population = read_int(r, root, "population", -1, 100, 10000000);
    p->start = read_date(r, root, "start");
    p->end = read_date(r, root, "end");
    if (r->failed)
        return;
    p->month0 = date_month(p->start);
    p->months = date_month(p->end) - p->month0 + 1;
    if (yaml_count(days) != SYNTH_FEEDS) {
        r->failed = !yaml_fail(r->doc, days, r->err, "`feed_days` must name three days of the month, such as [5, 15, 25]");
        return;
    }
    for (int i = 0; i < SYNTH_FEEDS; i++) {
        const char *text = yaml_text(yaml_at(days, (size_t) i));

        p->feed_day[i] = 0;
        for (const char *c = text; c != NULL && *c >= '0' && *c <= '9' && p->feed_day[i] < 100; c++)
            p->feed_day[i] = p->feed_day[i] * 10 + (*c - '0');
    }
}

static void
read_policy(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    const yaml_node_t *policy =
        read_node(r, root, "policy", YAML_MAP,
                  (const char *const[]){ "name", "standards", "work_cost_share", "hysteresis", "marginal_multiple",
                                         "deposit_months", "hardship_limit", NULL });
    const yaml_node_t *list = read_node(r, policy, "standards", YAML_LIST, NULL);

    p->policy = read_text(r, policy, "name", NULL);
    p->work_cost_bp = read_share(r, policy, "work_cost_share", SYNTH_BP / 2);
    p->hysteresis_bp = read_share(r, policy, "hysteresis", SYNTH_BP / 2);
    p->marginal_bp = read_share(r, policy, "marginal_multiple", 4 * SYNTH_BP);
    p->deposit_months = (int) read_int(r, policy, "deposit_months", -1, 1, 240);
    p->hardship = read_money(r, policy, "hardship_limit");
    if (!r->failed && (yaml_count(list) == 0 || yaml_count(list) > SYNTH_STANDARDS_MAX))
        r->failed = !yaml_fail(r->doc, list, r->err, "`standards` must have 1 to %d entries", SYNTH_STANDARDS_MAX);
    for (size_t i = 0; !r->failed && i < yaml_count(list); i++) {
        const yaml_node_t *node = yaml_at(list, i);
        synth_standard_t *standard = &p->standard[p->standards++];

        if (!yaml_check_keys(r->doc, node, (const char *const[]){ "from", "urban", "rural", NULL }, r->err))
            r->failed = true;
        standard->from = read_date(r, node, "from");
        standard->fen[0] = read_money(r, node, "urban");
        standard->fen[1] = read_money(r, node, "rural");
    }
}

static void
read_places(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    static const char *const keys[] = { "code", "zh", "en", "weight", "urban", "rural", NULL };
    const yaml_node_t *county = read_node(r, root, "county", YAML_MAP, (const char *const[]){ "code", "zh", "en", NULL });
    const yaml_node_t *list = read_node(r, root, "townships", YAML_LIST, NULL);

    p->resident_area = read_text(r, root, "resident_area", "990681");
    p->county = read_text(r, county, "code", NULL);
    p->county_zh = read_text(r, county, "zh", NULL);
    p->county_en = read_text(r, county, "en", NULL);
    if (!r->failed && (yaml_count(list) == 0 || yaml_count(list) > SYNTH_TOWNSHIPS_MAX))
        r->failed = !yaml_fail(r->doc, list, r->err, "`townships` must have 1 to %d entries", SYNTH_TOWNSHIPS_MAX);
    for (size_t i = 0; !r->failed && i < yaml_count(list); i++) {
        const yaml_node_t *node = yaml_at(list, i);
        synth_township_t *t = &p->township[p->townships++];

        if (!yaml_check_keys(r->doc, node, keys, r->err))
            r->failed = true;
        t->code = read_text(r, node, "code", NULL);
        t->zh = read_text(r, node, "zh", NULL);
        t->en = read_text(r, node, "en", NULL);
        t->weight = (int) read_int(r, node, "weight", 1, 1, 1000);
        t->urban = (int) read_int(r, node, "urban", 0, 0, 99);
        t->rural = (int) read_int(r, node, "rural", 0, 0, 99);
        p->township_weight += t->weight;
        if (!r->failed && (strlen(t->code) != 9 || !region_is_valid(t->code) || !region_contains(p->county, t->code)))
            r->failed = !yaml_fail(r->doc, node, r->err, "township code `%s` must have nine digits beginning with %s",
                                   t->code, p->county);
        if (!r->failed && t->urban + t->rural == 0)
            r->failed = !yaml_fail(r->doc, node, r->err, "township %s has neither `urban` communities nor `rural` villages",
                                   t->code);
    }
}

static void
read_list(reader_t *r, const yaml_node_t *map, const char *key, size_t n, const char *what, int64_t *ret)
{
    const yaml_node_t *list = read_node(r, map, key, YAML_LIST, NULL);

    if (!r->failed && yaml_count(list) != n)
        r->failed = !yaml_fail(r->doc, list, r->err, "`%s` must have %s", key, what);
    for (size_t i = 0; !r->failed && i < n; i++)
        ret[i] = read_money_node(r, yaml_at(list, i), key);
}

static void
read_grades(reader_t *r, const yaml_node_t *map, const char *key, int64_t ret[4])
{
    read_list(r, map, key, 4, "four amounts, for grades 1 to 4", ret);
}

static void
read_amounts(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    static const char *const keys[] = { "tekun", "tekun_care", "dibao_single", "disability_living", "disability_nursing", "children",
                                        NULL };
    const yaml_node_t *amounts = read_node(r, root, "amounts", YAML_MAP, keys);
    const yaml_node_t *children = read_node(r, amounts, "children", YAML_MAP, NULL);

    p->amount_tekun = read_money(r, amounts, "tekun");
    read_list(r, amounts, "tekun_care", COUNT_OF(p->amount_care), "three amounts, for those able, partly and wholly unable to care for themselves",
              p->amount_care);
    p->amount_single = read_money(r, amounts, "dibao_single");
    read_grades(r, amounts, "disability_living", p->amount_living);
    read_grades(r, amounts, "disability_nursing", p->amount_nursing);
    for (int i = 0; i < SYNTH_CLASS_COUNT; i++)
        p->amount_child[i] = read_money(r, children, class_names[i]);
}

static void
read_end(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    static const char *const keys[] = { "dibao", "dibao_single", "tekun", "marginal", "disability_living",
                                        "disability_nursing", "children", NULL };
    static const char *const pair[] = { "households", "people", NULL };
    const yaml_node_t *end = read_node(r, root, "at_end", YAML_MAP, keys);
    const yaml_node_t *dibao = read_node(r, end, "dibao", YAML_MAP, pair);
    const yaml_node_t *marginal = read_node(r, end, "marginal", YAML_MAP, pair);
    const yaml_node_t *children = read_node(r, end, "children", YAML_MAP, NULL);
    const int64_t most = 10000000;

    p->dibao_households = read_int(r, dibao, "households", -1, 0, most);
    p->dibao_people = read_int(r, dibao, "people", -1, 0, most);
    p->dibao_single = read_int(r, end, "dibao_single", -1, 0, most);
    p->tekun = read_int(r, end, "tekun", -1, 0, most);
    p->marginal_households = read_int(r, marginal, "households", -1, 0, most);
    p->marginal_people = read_int(r, marginal, "people", -1, 0, most);
    p->living = read_int(r, end, "disability_living", -1, 0, most);
    p->nursing = read_int(r, end, "disability_nursing", -1, 0, most);
    for (int i = 0; i < SYNTH_CLASS_COUNT; i++)
        p->child[i] = read_int(r, children, class_names[i], 0, 0, most);
}

static void
read_events(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    const char *keys[SYNTH_EVENT_COUNT + 1] = { NULL };
    const yaml_node_t *near = read_node(r, root, "near_line", YAML_MAP, (const char *const[]){ "share", "outside", NULL });

    for (int i = 0; i < SYNTH_EVENT_COUNT; i++)
        keys[i] = event_names[i];
    const yaml_node_t *events = read_node(r, root, "events", YAML_MAP, keys);
    for (int i = 0; i < SYNTH_EVENT_COUNT; i++)
        p->events[i] = read_int(r, events, event_names[i], 0, 0, 1000000);
    p->near_bp = read_share(r, near, "share", SYNTH_BP);
    p->outside_bp = read_share(r, near, "outside", SYNTH_BP);
    p->acted_bp = read_share(r, root, "bureau_acts", SYNTH_BP);
}

static void
read_watch(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    static const char *const keys[] = { "months_late", "death_days", "notice_days", "age_days", "review_months",
                                        "irregular_months", "lookback_months", NULL };
    synth_watch_t *w = &p->watch;

    if (r->failed || yaml_get(root, "watch") == NULL)
        return;
    const yaml_node_t *watch = read_node(r, root, "watch", YAML_MAP, keys);
    w->on = true;
    w->months_late = (int) read_int(r, watch, "months_late", -1, 1, 12);
    w->death_days = (int) read_int(r, watch, "death_days", -1, 0, 365);
    w->notice_days = (int) read_int(r, watch, "notice_days", -1, 1, 30);
    w->age_days = (int) read_int(r, watch, "age_days", -1, 1, 30);
    w->review_months = (int) read_int(r, watch, "review_months", -1, 6, 12);
    w->irregular_months = (int) read_int(r, watch, "irregular_months", w->review_months, 6, 12);
    w->lookback_months = (int) read_int(r, watch, "lookback_months", -1, 1, 24);
}

static void
read_spending(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    if (r->failed || yaml_get(root, "spending") == NULL)
        return;
    const yaml_node_t *spending =
        read_node(r, root, "spending", YAML_MAP, (const char *const[]){ "rigid_share", "aid_share", "monitoring_line", "sudden", NULL });
    p->spending.on = true;
    p->spending.rigid_bp = read_share(r, spending, "rigid_share", SYNTH_BP);
    p->spending.aid_bp = read_share(r, spending, "aid_share", SYNTH_BP);
    p->spending.monitoring_line = read_money(r, spending, "monitoring_line");
    p->spending.sudden = read_money(r, spending, "sudden");
}

/* The place of a word in a list; the first one where the key is not given. */
static int
read_choice(reader_t *r, const yaml_node_t *map, const char *key, const char *const *words, int n)
{
    const char *text = read_text(r, map, key, words[0]);

    for (int i = 0; !r->failed && i < n; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    if (!r->failed)
        r->failed = !yaml_fail(r->doc, yaml_get(map, key), r->err, "`%s` cannot be `%s`; see deploy/demo/README.md", key, text);
    return 0;
}

static void
read_local(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    static const char *const keys[] = { "income_months", "maintenance", "maintenance_spares", "rigid_test", "rigid_aid",
                                        "rigid_deposit_months", "rigid_months", NULL };
    static const char *const spares[] = { "siblings_and_elderly", "none" };
    static const char *const tests[] = { "share", "residual_or_share" };
    static const char *const aids[] = { "none", "residual" };
    const char *methods[SYNTH_MAINTENANCE_COUNT];
    synth_local_t *l = &p->local;

    *l = (synth_local_t){ .income_months = 12, .spares = true, .rigid_months = 12 };
    if (r->failed || yaml_get(root, "local") == NULL)
        return;
    const yaml_node_t *local = read_node(r, root, "local", YAML_MAP, keys);
    for (int i = 0; i < SYNTH_MAINTENANCE_COUNT; i++)
        methods[i] = synth_maintenance_name((synth_maintenance_t) i);
    l->on = true;
    l->income_months = (int) read_int(r, local, "income_months", 12, 6, 12);
    l->maintenance = (synth_maintenance_t) read_choice(r, local, "maintenance", methods, SYNTH_MAINTENANCE_COUNT);
    l->spares = read_choice(r, local, "maintenance_spares", spares, COUNT_OF(spares)) == 0;
    l->residual = read_choice(r, local, "rigid_test", tests, COUNT_OF(tests)) == 1;
    l->residual_aid = read_choice(r, local, "rigid_aid", aids, COUNT_OF(aids)) == 1;
    l->rigid_deposit_months = (int) read_int(r, local, "rigid_deposit_months", 0, 0, 240);
    l->rigid_months = (int) read_int(r, local, "rigid_months", 12, 4, 12);
}

static void
read_disorder(reader_t *r, const yaml_node_t *root, synth_profile_t *p)
{
    if (r->failed || yaml_get(root, "disorder") == NULL)
        return;
    const yaml_node_t *disorder =
        read_node(r, root, "disorder", YAML_MAP, (const char *const[]){ "late", "swapped", "mistakes", NULL });
    p->late_bp = read_share(r, disorder, "late", SYNTH_BP / 2);
    p->swapped_bp = read_share(r, disorder, "swapped", SYNTH_BP);
    p->mistakes_bp = read_share(r, disorder, "mistakes", SYNTH_BP);
}

static bool
read_all(synth_profile_t *p, err_t *err)
{
    static const char *const keys[] = { "profile", "title", "seed", "population", "start", "end", "feed_days", "policy",
                                        "resident_area", "county", "townships", "amounts", "at_end", "events",
                                        "near_line", "bureau_acts", "watch", "spending", "local", "disorder", NULL };
    reader_t r = { .doc = p->doc, .err = err };
    const yaml_node_t *root = yaml_doc_root(p->doc);

    if (yaml_kind(root) != YAML_MAP)
        return yaml_fail(p->doc, root, err, "a profile is a map; see deploy/demo/README.md");
    if (!yaml_check_keys(p->doc, root, keys, err))
        return false;
    read_play(&r, root, p);
    read_policy(&r, root, p);
    read_places(&r, root, p);
    read_amounts(&r, root, p);
    read_end(&r, root, p);
    read_events(&r, root, p);
    read_watch(&r, root, p);
    read_spending(&r, root, p);
    read_local(&r, root, p);
    read_disorder(&r, root, p);
    return !r.failed && synth_profile_check(p, err);
}

bool
synth_profile_load(const char *path, synth_profile_t **ret, err_t *err)
{
    AUTO(synth_profile) self = mem_new(synth_profile_t);

    if (!yaml_doc_load(path, &self->doc, err) || !read_all(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

bool
synth_profile_parse(const char *name, const char *text, size_t n, synth_profile_t **ret, err_t *err)
{
    AUTO(synth_profile) self = mem_new(synth_profile_t);

    if (!yaml_doc_parse(name, text, n, &self->doc, err) || !read_all(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
synth_profile_destroy(synth_profile_t **self_p)
{
    if (*self_p == NULL)
        return;
    yaml_doc_destroy(&(*self_p)->doc);
    mem_free(*self_p);
    *self_p = NULL;
}

int64_t
synth_profile_disposable(int32_t day, bool rural)
{
    /* The communiqués of the years before 2022 to 2025: urban, rural. */
    static const int64_t fen[][2] = { { 4741200, 1893100 }, { 4928300, 2013300 }, { 5182100, 2169100 }, { 5418800, 2311900 } };
    int y, m, d;

    date_parts(day, &y, &m, &d);
    y -= 2022;
    return fen[y < 0 ? 0 : y >= (int) COUNT_OF(fen) ? (int) COUNT_OF(fen) - 1 : y][rural ? 1 : 0];
}

int
synth_profile_slots(const synth_profile_t *self)
{
    return self->months * SYNTH_FEEDS;
}

int32_t
synth_profile_slot_day(const synth_profile_t *self, int slot)
{
    if (slot < 0)
        return self->start - 1;
    return synth_profile_first(self, slot / SYNTH_FEEDS) + self->feed_day[slot % SYNTH_FEEDS] - 1;
}

int32_t
synth_profile_first(const synth_profile_t *self, int month)
{
    return date_month_start(self->month0 + month);
}
