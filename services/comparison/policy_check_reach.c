/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "domain/money.h"
#include "policy_check.h"
#include <stdlib.h>
#include <string.h>

/* Conditions that can never be met, or always are; categories that nobody reaches: whoever meets their conditions meets
 * those of one before which they give way. */

typedef struct {
    const policy_t *policy;
    policy_problems_t *problems, *notes;
    frame_t frame;
} reach_t;

/* ---- inside one formula ------------------------------------------------------------------------------------------ */

static bool
is_comparison(const expr_t *e)
{
    return e->kind >= EXPR_LT && e->kind <= EXPR_GT;
}

static bool
never(reach_t *r, const expr_t *e)
{
    return e->unit.kind == UNIT_FLAG && logic_of(&r->frame, e, true).count == 0;
}

static void
report_formula(reach_t *r, const policy_formula_t *formula, const expr_t *e)
{
    const char *text = frame_text(&r->frame, e);

    if (e->kind == EXPR_AND)
        policy_problem_at(r->problems, formula->source, formula->node, e->at,
                          "the two sides of “and” exclude each other, so this can never be: “%s”", text);
    else
        policy_problem_at(r->problems, formula->source, formula->node, e->at, "this can never be: “%s”", text);
}

static void walk(reach_t *r, const policy_formula_t *formula, const expr_t *e);

/* if … else if …: what is left for a case by those before it. */
static void
walk_cases(reach_t *r, const policy_formula_t *formula, const expr_t *e)
{
    logic_t left = logic_always(&r->frame);

    for (; e->kind == EXPR_IF; e = e->c) {
        walk(r, formula, e->a);
        walk(r, formula, e->b);
        if (!never(r, e->a) && logic_and(&r->frame, left, logic_of(&r->frame, e->a, true)).count == 0)
            policy_problem_at(r->notes, formula->source, formula->node, e->at,
                              "the cases before this one leave nothing for it: “%s”", frame_text(&r->frame, e->a));
        left = logic_and(&r->frame, left, logic_of(&r->frame, e->a, false));
    }
    walk(r, formula, e);
}

/* The innermost parts that can never be true, whatever the parameters say. */
static void
walk(reach_t *r, const policy_formula_t *formula, const expr_t *e)
{
    size_t before = r->problems->count;

    if (e == NULL)
        return;
    if (e->kind == EXPR_IF) {
        walk_cases(r, formula, e);
        return;
    }
    walk(r, formula, e->a);
    walk(r, formula, e->b);
    walk(r, formula, e->c);
    if (r->problems->count > before)
        return;
    if ((is_comparison(e) && never(r, e)) || (e->kind == EXPR_AND && !never(r, e->a) && !never(r, e->b) && never(r, e)))
        report_formula(r, formula, e);
    else if (e->b != NULL && e->def != NULL && e->def->kind == DEF_GROUP && e->def->derived.formula.tree != NULL &&
             logic_and(&r->frame, logic_of(&r->frame, e->def->derived.formula.tree, true),
                       logic_of(&r->frame, e->b, true)).count == 0)
        policy_problem_at(r->problems, formula->source, formula->node, e->b->at,
                          "nobody of “%s” can ever meet this: “%s”", e->def->name, frame_text(&r->frame, e->b));
}

static void
walk_formula(reach_t *r, const policy_formula_t *formula)
{
    if (formula->source != NULL && formula->tree != NULL) /* what the language defines stands in no file */
        walk(r, formula, formula->tree);
}

static void
check_formulas(reach_t *r)
{
    for (size_t i = 0; i < r->policy->def_count; i++) {
        const policy_def_t *def = r->policy->defs[i];

        if (def->kind == DEF_DERIVED || def->kind == DEF_GROUP) {
            walk_formula(r, &def->derived.formula);
            walk_formula(r, &def->derived.needs);
        }
        for (size_t k = 0; def->kind == DEF_CATEGORY && k < def->category.when_count; k++)
            walk_formula(r, &def->category.when[k].that);
        for (size_t k = 0; def->kind == DEF_CATEGORY && k < def->category.need_count; k++)
            walk_formula(r, &def->category.needs[k]);
        if (def->kind == DEF_CATEGORY)
            walk_formula(r, &def->category.amount);
    }
}

/* ---- one category, in one frame ---------------------------------------------------------------------------------- */

typedef enum { REACHED, NEVER_MET, GIVES_WAY } outcome_t;
typedef struct {
    outcome_t outcome;
    size_t at, with;           /* NEVER_MET: the conditions; `with` = SIZE_MAX: by itself */
    const policy_def_t *other; /* GIVES_WAY */
} verdict_t;

static const expr_t *
condition(const policy_category_t *c, size_t i)
{
    return c->when[i].that.tree;
}

static logic_t
conditions(frame_t *f, const policy_category_t *c, size_t n)
{
    logic_t all = logic_always(f);

    for (size_t i = 0; i < n; i++)
        all = logic_and(f, all, logic_of(f, condition(c, i), true));
    return all;
}

static size_t
find_partner(frame_t *f, const policy_category_t *c, size_t at)
{
    if (logic_of(f, condition(c, at), true).count == 0)
        return SIZE_MAX;
    for (size_t i = 0; i < at; i++)
        if (logic_and(f, logic_of(f, condition(c, i), true), logic_of(f, condition(c, at), true)).count == 0)
            return i;
    return at;
}

static bool
gives_way_to(const policy_category_t *c, const policy_def_t *other)
{
    for (size_t i = 0; i < c->after_count; i++)
        if (c->after[i] == other)
            return true;
    return false;
}

/* Whoever meets the other's conditions qualifies for it, unless it gives way to a third one that this one does not. */
static bool
surely_given(const policy_category_t *c, const policy_def_t *other)
{
    for (size_t i = 0; i < other->category.after_count; i++)
        if (!gives_way_to(c, other->category.after[i]))
            return false;
    return true;
}

static verdict_t
judge(frame_t *f, const policy_def_t *def)
{
    const policy_category_t *c = &def->category;
    logic_t all = logic_always(f);

    for (size_t i = 0; i < c->when_count; i++) {
        all = logic_and(f, all, logic_of(f, condition(c, i), true));
        if (all.count == 0)
            return (verdict_t){ NEVER_MET, i, find_partner(f, c, i), NULL };
    }
    for (size_t i = 0; i < c->after_count; i++) {
        const policy_category_t *other = &c->after[i]->category;
        logic_t not_other = { NULL, 0 };

        if (!surely_given(c, c->after[i]) || other->when_count == 0 || conditions(f, other, other->when_count).count == 0)
            continue;
        for (size_t k = 0; k < other->when_count; k++)
            not_other = logic_or(f, not_other, logic_of(f, condition(other, k), false));
        if (logic_and(f, all, not_other).count == 0)
            return (verdict_t){ GIVES_WAY, 0, 0, c->after[i] };
    }
    return (verdict_t){ .outcome = REACHED };
}

/* ---- the parameters behind it ------------------------------------------------------------------------------------ */

typedef struct {
    const policy_def_t *items[16];
    size_t count;
} named_t;

static bool
is_named(const named_t *named, const policy_def_t *def)
{
    for (size_t i = 0; i < named->count; i++)
        if (named->items[i] == def)
            return true;
    return false;
}

static void
collect(const expr_t *e, named_t *named, unsigned depth)
{
    const policy_def_t *def = e != NULL ? e->def : NULL;

    if (e == NULL || depth > 40)
        return;
    collect(e->a, named, depth + 1);
    collect(e->b, named, depth + 1);
    collect(e->c, named, depth + 1);
    if (def == NULL || e->kind != EXPR_NAME)
        return;
    if (def->kind == DEF_DERIVED)
        collect(def->derived.formula.tree, named, depth + 1);
    if (def->kind != DEF_PARAMETER || named->count == COUNT_OF(named->items))
        return;
    if (!is_named(named, def))
        named->items[named->count++] = def;
}

static void
add_value(str_t *out, const policy_def_t *def, frac_t value)
{
    char text[MONEY_TEXT_SIZE];

    if (def->unit.kind == UNIT_QUANTITY && def->unit.money == 1 && value.den == 1) {
        money_format(value.num, text);
        str_add(out, text);
    } else if (def->unit.kind == UNIT_DATE) {
        date_format((int32_t) value.num, text);
        str_add(out, text);
    } else {
        int64_t rest = value.num % value.den;

        str_add_i64(out, value.num / value.den);
        if (rest != 0)
            str_add_char(out, '.');
        for (size_t digits = 0; rest != 0 && digits < 6; digits++, rest = rest * 10 % value.den)
            str_add_char(out, (char) ('0' + rest * 10 / value.den));
    }
}

/* " (marginal.multiple is 1)": what these conditions name, and those of the other category do not.  Returns the one that
 * the nearest file gives, as the place to look at; NULL when there is none. */
static const policy_def_t *
add_values(const frame_t *f, const policy_def_t *def, const verdict_t *v, str_t *out)
{
    const policy_category_t *c = &def->category;
    const policy_def_t *nearest = NULL;
    named_t named = { .count = 0 }, others = { .count = 0 };
    size_t shown = 0;

    for (size_t i = 0; v->outcome == GIVES_WAY && i < v->other->category.when_count; i++)
        collect(condition(&v->other->category, i), &others, 0);
    for (size_t i = 0; i < c->when_count; i++)
        if (v->outcome == GIVES_WAY || i == v->at || i == v->with || v->with == v->at)
            collect(condition(c, i), &named, 0);
    for (size_t i = 0; i < named.count && shown < 3; i++) {
        const policy_def_t *item = named.items[i];
        range_t range = frame_parameter(f, &item->param);

        if (is_named(&others, item) || !frame_knows(f, item) || range.low.den == 0 || item->unit.kind == UNIT_FLAG ||
            item->unit.kind == UNIT_WORD ||
            frac_cmp(range.low, range.high) != 0)
            continue;
        str_printf(out, "%s%s is ", shown++ == 0 ? " (" : ", ", item->name);
        add_value(out, item, range.low);
        if (nearest == NULL || policy_attr(item->entry, "values")->source == f->policy->sources[0])
            nearest = item;
    }
    if (shown > 0)
        str_add_char(out, ')');
    return nearest;
}

/* ---- reports ----------------------------------------------------------------------------------------------------- */

static void
report_at(const policy_def_t *def, const verdict_t *v, const policy_def_t *number, int32_t day, policy_problems_t *to,
          const char *text)
{
    const policy_formula_t *that = &def->category.when[v->at].that;
    const policy_attr_t *values = number != NULL ? policy_attr(number->entry, "values") : NULL;
    const policy_value_t *value = number != NULL ? policy_value_on(&number->param, day) : NULL;

    if (value != NULL)
        policy_problem(to, values->source, yaml_at(values->value, (size_t) (value - number->param.values)), "%s", text);
    else if (v->outcome == GIVES_WAY)
        policy_problem(to, def->entry->source, def->entry->key, "%s", text);
    else
        policy_problem_at(to, that->source, that->node, 0, "%s", text);
}

/* The condition itself is named only where its place is not shown. */
static void
report(const reach_t *r, policy_problems_t *to, const policy_def_t *def, const verdict_t *v, const char *when,
       const policy_def_t *number, int32_t day)
{
    const policy_category_t *c = &def->category;
    AUTO_STR text = STR_INIT;
    AUTO_STR this = STR_INIT;

    if (number != NULL)
        str_printf(&this, "“%s”", v->outcome == NEVER_MET ? frame_text(&r->frame, condition(c, v->at)) : "");
    else
        str_add(&this, "this condition");
    if (v->outcome == GIVES_WAY)
        str_printf(&text,
                   "nobody can qualify for “%s”%s: whoever meets its conditions qualifies for “%s”, after which it "
                   "stands",
                   def->name, when, v->other->name);
    else if (v->with == SIZE_MAX)
        str_printf(&text, "nobody can qualify for “%s”%s: %s can never be met", def->name, when, str_c(&this));
    else if (v->with == v->at)
        str_printf(&text, "nobody can qualify for “%s”%s: %s excludes those before it", def->name, when, str_c(&this));
    else
        str_printf(&text, "nobody can qualify for “%s”%s: %s and “%s” exclude each other", def->name, when, str_c(&this),
                   frame_text(&r->frame, condition(c, v->with)));
    report_at(def, v, number, day, to, str_c(&text));
}

static void
note_always(reach_t *r, const policy_def_t *def)
{
    const policy_category_t *c = &def->category;

    for (size_t i = 0; i < c->when_count; i++) {
        const policy_formula_t *that = &c->when[i].that;

        if (logic_of(&r->frame, that->tree, false).count == 0)
            policy_problem_at(r->notes, that->source, that->node, 0,
                              "this condition of “%s” is always met, so it decides nothing", def->name);
    }
}

/* ---- day by day -------------------------------------------------------------------------------------------------- */

static int
by_day(const void *a, const void *b)
{
    int32_t x = *(const int32_t *) a, y = *(const int32_t *) b;

    return x < y ? -1 : x > y;
}

/* The days on which a parameter changes, in order, each once. */
static size_t
change_days(const policy_t *policy, arena_t *arena, int32_t **ret)
{
    size_t n = 0, count = 0;
    int32_t *days;

    for (size_t i = 0; i < policy->def_count; i++)
        n += policy->defs[i]->kind == DEF_PARAMETER ? 2 * policy->defs[i]->param.value_count : 0;
    days = arena_new_array(arena, int32_t, n + 1);
    n = 0;
    for (size_t i = 0; i < policy->def_count; i++) {
        const policy_def_t *def = policy->defs[i];

        for (size_t k = 0; def->kind == DEF_PARAMETER && k < def->param.value_count; k++) {
            days[n++] = def->param.values[k].from;
            if (def->param.values[k].until != DATE_OPEN)
                days[n++] = def->param.values[k].until + 1;
        }
    }
    qsort(days, n, sizeof(*days), by_day);
    for (size_t i = 0; i < n; i++)
        if (count == 0 || days[count - 1] != days[i])
            days[count++] = days[i];
    *ret = days;
    return count;
}

/* ---- place by place ---------------------------------------------------------------------------------------------- */

#define REGIONS_MAX 16

typedef struct {
    place_t items[2 * (REGIONS_MAX + 1)];
    size_t count;
} places_t;

static void
add_region(places_t *places, int64_t region)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].region == region)
            return;
    if (places->count + 2 > COUNT_OF(places->items))
        return; /* the others are like one of these, or nothing is said of them */
    for (int area = 0; area < 2; area++)
        places->items[places->count++] = (place_t){ area, region };
}

/* Both areas, of each region that a parameter names, and of one that none names. */
static void
find_places(const policy_t *policy, places_t *places)
{
    places->count = 0;
    add_region(places, PLACE_REGION_ELSE);
    for (size_t i = 0; i < policy->def_count; i++) {
        const policy_def_t *def = policy->defs[i];

        for (size_t v = 0; def->kind == DEF_PARAMETER && v < def->param.value_count; v++)
            for (size_t c = 0; c < def->param.values[v].cell_count; c++)
                for (size_t k = 0; k < def->param.key_count; k++)
                    if (def->param.keys[k].by == BY_REGION && def->param.values[v].cells[c].low[k] > 0)
                        add_region(places, def->param.values[v].cells[c].low[k]);
    }
}

/* " (rural, region 3206…)" */
static void
add_place(place_t place, str_t *out)
{
    int64_t digits = place.region;

    while (digits > 0 && digits % 100 == 0)
        digits /= 100;
    if (place.area >= 0)
        str_printf(out, " (%s", place.area == 1 ? "urban" : "rural");
    if (place.area >= 0 && place.region > 0)
        str_printf(out, ", region %lld", (long long) digits);
    if (place.area >= 0)
        str_add_char(out, ')');
}

/* Categories that nobody of a place reaches whatever the numbers say: it is meant so (not urban). */
static void
find_barred(reach_t *r, const places_t *places, bool *barred)
{
    check_mode_t mode = r->frame.mode;

    r->frame.mode = CHECK_FREE;
    for (size_t p = 0; p < places->count; p++) {
        frame_reset(&r->frame, INT32_MIN, DATE_OPEN, places->items[p]);
        for (size_t i = 0; i < r->policy->category_count; i++)
            barred[p * r->policy->category_count + i] = judge(&r->frame, r->policy->categories[i]).outcome != REACHED;
    }
    r->frame.mode = mode;
}

/* What holds of a category over the days and places. */
typedef struct {
    verdict_t last;
    bool nobody;  /* on the last days, in all places */
    size_t since; /* … from these days on */
    bool ever;    /* somewhere, some time: nobody */
    size_t first; /* … first on these days */
    place_t first_place;
    verdict_t first_verdict;
} history_t;

static void
remember(history_t *h, const verdict_t *v, size_t day, place_t place)
{
    if (!h->ever) {
        h->first = day;
        h->first_place = place;
        h->first_verdict = *v;
    }
    h->ever = true;
    h->last = *v;
}

static void
look(reach_t *r, const int32_t *days, size_t n, const places_t *places, history_t *histories)
{
    size_t count = r->policy->category_count;
    AUTO_FREE bool *anyone = mem_new_array(bool, count + 1);
    AUTO_FREE bool *barred = mem_new_array(bool, count * places->count + 1);

    find_barred(r, places, barred);
    for (size_t d = 0; d < n; d++) {
        int32_t until = d + 1 < n ? days[d + 1] - 1 : DATE_OPEN;

        memset(anyone, 0, count * sizeof(*anyone));
        for (size_t p = 0; p < places->count; p++) {
            frame_reset(&r->frame, days[d], until, places->items[p]);
            for (size_t i = 0; i < count; i++) {
                verdict_t v = judge(&r->frame, r->policy->categories[i]);

                if (v.outcome == REACHED)
                    anyone[i] = true;
                else if (!barred[p * count + i])
                    remember(&histories[i], &v, d, places->items[p]);
            }
        }
        for (size_t i = 0; i < count; i++) {
            if (!anyone[i] && !histories[i].nobody)
                histories[i].since = d;
            histories[i].nobody = !anyone[i];
            if (!anyone[i] && histories[i].first == d)
                histories[i].first_place = PLACE_ANY;
        }
    }
}

/* In the places where the numbers make it so: a fault when it is so from some day on without end, else a note. */
static void
report_history(reach_t *r, const policy_def_t *def, const history_t *h, const int32_t *days)
{
    AUTO_STR when = STR_INIT;
    char text[DATE_TEXT_SIZE];
    int32_t day = h->ever ? days[h->nobody ? h->since : h->first] : 0;
    const verdict_t *v = h->nobody ? &h->last : &h->first_verdict;
    const policy_def_t *number;

    if (!h->ever)
        return;
    date_format(day, text);
    str_printf(&when, h->nobody ? " from %s on" : " on %s", text);
    if (!h->nobody)
        add_place(h->first_place, &when);
    frame_reset(&r->frame, day, day, h->nobody ? PLACE_ANY : h->first_place);
    number = add_values(&r->frame, def, v, &when);
    report(r, h->nobody ? r->problems : r->notes, def, v, str_c(&when), number, day);
}

static void
check_days(reach_t *r)
{
    AUTO(arena) arena = arena_new(65536);
    size_t n = r->policy->category_count;
    history_t *numbers = arena_new_array(arena, history_t, n + 1), *all = arena_new_array(arena, history_t, n + 1);
    int32_t *days = NULL;
    size_t count = change_days(r->policy, arena, &days);
    places_t places;

    find_places(r->policy, &places);
    r->frame.mode = CHECK_NUMBERS;
    look(r, days, count, &places, numbers);
    r->frame.mode = CHECK_ALL;
    look(r, days, count, &places, all);
    r->frame.mode = CHECK_NUMBERS;
    for (size_t i = 0; i < n; i++) {
        const policy_def_t *def = r->policy->categories[i];
        char day[DATE_TEXT_SIZE];

        if (all[i].nobody && !numbers[i].nobody && all[i].last.outcome == GIVES_WAY) {
            report_history(r, def, &all[i], days); /* as this place chooses, another one covers it: that is no choice */
            continue;
        }
        report_history(r, def, &numbers[i], days);
        if (!all[i].nobody || numbers[i].nobody)
            continue;
        date_format(days[all[i].since], day);
        policy_problem(r->notes, def->entry->source, def->entry->key,
                       "“%s” is switched off here from %s on: nobody can qualify for it", def->name, day);
    }
}

void
policy_check_reach(const policy_t *self, policy_problems_t *problems, policy_problems_t *notes)
{
    reach_t r = { .policy = self, .problems = problems, .notes = notes };
    size_t before = problems->count;
    bool in_formulas;

    frame_init(&r.frame, self, CHECK_FREE);
    check_formulas(&r);
    in_formulas = problems->count > before;
    for (size_t i = 0; i < self->category_count && !in_formulas; i++) {
        verdict_t v = judge(&r.frame, self->categories[i]);

        if (v.outcome != REACHED)
            report(&r, problems, self->categories[i], &v, "", NULL, 0);
        else
            note_always(&r, self->categories[i]);
    }
    if (problems->count == before)
        check_days(&r);
    frame_done(&r.frame);
}
