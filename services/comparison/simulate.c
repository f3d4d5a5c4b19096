/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate.h"

#include <string.h>

#include "base/num.h"

#define PREFIX_ENROLMENT "enrolment."
#define ARENA_BLOCK 65536

/* --- categories: of all policies, then those that only the register knows --- */

static size_t
find_category(const simulate_t *self, const char *name)
{
    for (size_t i = 0; i < self->category_count; i++)
        if (strcmp(self->categories[i].name, name) == 0)
            return i;
    return SIMULATE_CATEGORIES;
}

static simulate_category_t *
add_category(simulate_t *self, const char *name, const char *enrolment)
{
    if (self->category_count == SIMULATE_CATEGORIES)
        return NULL;
    simulate_category_t *c = &self->categories[self->category_count++];

    *c = (simulate_category_t){ .label = { "", "" }, .unit = POLICY_UNIT_PERSON, .role = POLICY_ROLE_ENTITLEMENT, .at = { -1, -1, -1 } };
    (void) str_copy(c->name, sizeof c->name, name);
    c->enrolment = terms_find(self->terms, enrolment);
    return c;
}

/* An enrolment is looked up by its kind; two categories may go by one. */
static void
index_kind(simulate_t *self, size_t category)
{
    term_t kind = self->categories[category].enrolment;

    if (kind == 0 || kind >= self->kind_count)
        return;
    self->next_of_kind[category] = self->first_of_kind[kind];
    self->first_of_kind[kind] = (uint8_t) (category + 1);
}

/* Indicators are counted each for itself, and what is told of a household besides, under the name that findings give it. */
static void
add_warning(simulate_t *self, const policy_t *policy, size_t category)
{
    static const policy_words_t label = { "困难预警", "hardship warning" };
    const char *wire = policy_category_wire(policy, category);

    if (policy_category_role(policy, category) != POLICY_ROLE_INDICATOR || policy_category_unit(policy, category) != POLICY_UNIT_HOUSEHOLD ||
        find_category(self, wire) < SIMULATE_CATEGORIES)
        return;
    simulate_category_t *c = add_category(self, wire, "");
    REQUIRE(c != NULL);
    c->told = c->warning = true;
    c->label = label;
    c->unit = POLICY_UNIT_HOUSEHOLD;
    c->role = POLICY_ROLE_INDICATOR;
}

static void
add_policy(simulate_t *self, size_t p)
{
    const policy_t *policy = self->policies[p];

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        const char *name = policy_category_name(policy, k);
        size_t at = find_category(self, name);
        simulate_category_t *c = at < SIMULATE_CATEGORIES ? &self->categories[at]
                                                          : add_category(self, name, policy_category_enrolment(policy, k));

        REQUIRE(c != NULL); /* simulate_new counts them */
        c->at[p] = (int) k;
        if (c->told)
            continue;
        c->told = true;
        c->label = policy_category_label(policy, k);
        c->unit = policy_category_unit(policy, k);
        c->role = policy_category_role(policy, k);
        c->exclusive = c->role == POLICY_ROLE_AID;
        c->registered = c->role == POLICY_ROLE_AID || c->role == POLICY_ROLE_ENTITLEMENT;
    }
    for (size_t k = 0; k < policy_category_count(policy); k++)
        add_warning(self, policy, k);
}

simulate_t *
simulate_new(const terms_t *terms, const policy_t *const *policies, size_t n, int32_t day, size_t near)
{
    simulate_t *self = mem_new(simulate_t);

    REQUIRE(n >= 1 && n <= SIMULATE_POLICIES && near <= SIMULATE_NEAR_MAX);
    self->arena = arena_new(ARENA_BLOCK);
    self->terms = terms;
    self->day = day;
    region_rows_init(&self->regions, SIMULATE_CATEGORIES * sizeof(cell_t) / sizeof(int64_t));
    self->policy_count = n;
    self->kind_count = (size_t) terms_last(terms) + 1;
    self->first_of_kind = mem_new_array(uint8_t, self->kind_count);
    for (size_t p = 0; p < n; p++) {
        self->policies[p] = policies[p];
        self->rules[p] = standing_rules_new(policies[p], terms);
        self->evidence[p] = policy_evidence_new(policies[p]);
        add_policy(self, p);
        self->near[p] = (near_list_t){ .cap = near, .items = mem_new_array(near_t, near + 1) };
    }
    for (size_t c = 0; c < self->category_count; c++)
        index_kind(self, c);
    return self;
}

void
simulate_destroy(simulate_t **self_p)
{
    simulate_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t p = 0; p < self->policy_count; p++) {
        standing_rules_destroy(&self->rules[p]);
        policy_evidence_destroy(&self->evidence[p]);
        mem_free(self->near[p].items);
    }
    mem_free(self->first_of_kind);
    region_rows_done(&self->regions);
    arena_destroy(&self->arena);
    mem_free(self);
    *self_p = NULL;
}

/* --- sums --- */

static void
add(simulate_t *self, int64_t *to, int64_t n)
{
    if (!num_add_i64(*to, n, to))
        self->overflow = true;
}

void
simulate_add(simulate_t *self, tally_t *to, int64_t households, int64_t people, int64_t money)
{
    add(self, &to->households, households);
    add(self, &to->people, people);
    add(self, &to->money, money);
}

/* --- cells --- */

#define CELL_NUMBERS (sizeof(cell_t) / sizeof(int64_t))
_Static_assert(sizeof(cell_t) % sizeof(int64_t) == 0, "a cell holds numbers only");

cell_t *
simulate_cell(simulate_t *self, const char *region, size_t category)
{
    return (cell_t *) (void *) (region_rows_of(&self->regions, region) + category * CELL_NUMBERS);
}

cell_t
simulate_cell_at(const simulate_t *self, size_t row, size_t category)
{
    cell_t cell;

    memcpy(&cell, region_rows_at(&self->regions, row) + category * CELL_NUMBERS, sizeof cell);
    return cell;
}

cell_t
simulate_total(simulate_t *self, size_t category)
{
    int64_t sum[CELL_NUMBERS] = { 0 };
    cell_t total;

    for (size_t g = 0; g < self->regions.count; g++)
        region_rows_add(&self->regions, sum, region_rows_at(&self->regions, g) + category * CELL_NUMBERS, CELL_NUMBERS);
    memcpy(&total, sum, sizeof total);
    return total;
}

/* --- the register's own count --- */

bool
simulate_stock(simulate_t *self, const char *region, const char *category, const tally_t *tally, bool lost, err_t *err)
{
    char kind[128];

    (void) snprintf(kind, sizeof kind, PREFIX_ENROLMENT "%s", category);
    term_t term = terms_find(self->terms, kind);
    if (term == 0 || term >= self->kind_count)
        return err_set(err, ERR_BUG, "internal", "the register has category %s, of which no record tells", category);
    if (self->first_of_kind[term] == 0) {
        if (add_category(self, category, kind) == NULL)
            return err_set(err, ERR_REJECT, "bad_data", "more than %d categories", SIMULATE_CATEGORIES);
        index_kind(self, self->category_count - 1);
    }
    for (size_t c = self->first_of_kind[term]; c != 0; c = self->next_of_kind[c - 1]) {
        cell_t *cell = simulate_cell(self, region, c - 1);

        self->categories[c - 1].registered = true;
        simulate_add(self, &cell->stock, tally->households, tally->people, tally->money);
        if (!lost)
            continue;
        simulate_add(self, &cell->drawn, tally->households, tally->people, tally->money);
        simulate_add(self, &cell->unassessed, tally->households, tally->people, tally->money);
        for (size_t p = 0; p < self->policy_count; p++) {
            simulate_add(self, &cell->after[p], tally->households, tally->people, tally->money);
            simulate_add(self, &cell->flow[p].same, tally->households, tally->people, tally->money);
        }
    }
    if (lost)
        add(self, &self->waiting, tally->people);
    return true;
}

/* --- do the sums close? --- */

typedef struct {
    const simulate_t *simulate;
    const char *region;
    const simulate_category_t *category;
} place_t;

static bool
open_sum(const place_t *at, const char *what, const char *sum, int64_t expected, int64_t got, err_t *err)
{
    return err_set(err, ERR_BUG, "simulate.open", "%s %s in %s: %s gives %lld, counted are %lld", at->category->name, what,
                   at->region[0] == '\0' ? "no region" : at->region, sum, (long long) expected, (long long) got);
}

static bool
check_flow(const place_t *at, const char *sum, const tally_t *before, const flow_t *f, const tally_t *after, err_t *err)
{
    int64_t households = before->households + f->entered.households + f->moved_in.households - f->left.households - f->moved_out.households;
    int64_t people = before->people + f->entered.people + f->moved_in.people - f->left.people - f->moved_out.people + f->raised.people -
                     f->lowered.people;
    int64_t money = before->money + f->entered.money + f->moved_in.money - f->left.money - f->moved_out.money + f->raised.money -
                    f->lowered.money;

    if (households != after->households)
        return open_sum(at, "households", sum, households, after->households, err);
    if (people != after->people)
        return open_sum(at, "people", sum, people, after->people, err);
    return money == after->money || open_sum(at, "money", sum, money, after->money, err);
}

static bool
check_cell(const place_t *at, const cell_t *cell, err_t *err)
{
    const simulate_t *self = at->simulate;

    if (at->category->registered) {
        const tally_t *a = &cell->stock, *b = &cell->drawn;

        if (a->households != b->households || a->people != b->people || a->money != b->money)
            return open_sum(at, "enrolled", "the register", a->people, b->people, err);
        if (!check_flow(at, "register + entered − left", &cell->stock, &cell->flow[0], &cell->after[0], err))
            return false;
    }
    for (size_t p = 1; p < self->policy_count; p++)
        if (!check_flow(at, "in force + entered − left", &cell->after[0], &cell->flow[p], &cell->after[p], err))
            return false;
    return true;
}

bool
simulate_check(const simulate_t *self, err_t *err)
{
    if (self->overflow || self->regions.overflow)
        return err_set(err, ERR_REJECT, "bad_data", "the amounts are too large to be summed");
    for (size_t g = 0; g < self->regions.count; g++) {
        for (size_t c = 0; c < self->category_count; c++) {
            const place_t at = { self, self->regions.regions[g], &self->categories[c] };
            const cell_t cell = simulate_cell_at(self, g, c);

            if (!check_cell(&at, &cell, err))
                return false;
        }
    }
    return true;
}

/* --- households nearest a line: a heap whose first is the farthest --- */

static bool
is_farther(const near_t *a, const near_t *b)
{
    if (a->distance < b->distance || b->distance < a->distance)
        return a->distance > b->distance;
    int order = uuid_cmp(&a->household, &b->household);
    return order != 0 ? order > 0 : uuid_cmp(&a->person, &b->person) > 0;
}

static void
swap(near_t *a, near_t *b)
{
    near_t t = *a;

    *a = *b;
    *b = t;
}

bool
simulate_is_near(const simulate_t *self, size_t policy, const near_t *item)
{
    const near_list_t *list = &self->near[policy];

    return list->cap > 0 && (list->count < list->cap || is_farther(&list->items[0], item));
}

void
simulate_near(simulate_t *self, size_t policy, const near_t *item)
{
    near_list_t *list = &self->near[policy];
    size_t at;

    if (!simulate_is_near(self, policy, item))
        return;
    if (list->count < list->cap) {
        at = list->count++;
        list->items[at] = *item;
        for (; at > 0 && is_farther(&list->items[at], &list->items[(at - 1) / 2]); at = (at - 1) / 2)
            swap(&list->items[at], &list->items[(at - 1) / 2]);
        return;
    }
    list->items[0] = *item;
    for (at = 0;;) {
        size_t far = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < list->count; child++)
            if (is_farther(&list->items[child], &list->items[far]))
                far = child;
        if (far == at)
            return;
        swap(&list->items[at], &list->items[far]);
        at = far;
    }
}
