/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_SIMULATE_H
#define COMPARISON_SIMULATE_H

/* What one or two drafts would change against the policy in force and the register as it stands, counted while households
 * go by, one at a time.  Pure: who reads them from the database is run_simulate.c.
 *
 * Each category's numbers close: register + entered − left = in force; in force + entered − left = draft; for households,
 * people and money, in each region.  simulate_check says so, against counts of the register that were made otherwise. */

#include "json/json_out.h"
#include "region_rows.h"
#include "standing.h"

enum {
    SIMULATE_POLICIES = 3, /* 0 in force, 1 and 2 drafts */
    SIMULATE_CATEGORIES = 64,
    SIMULATE_NEAR_MAX = 1000,
};

typedef struct {
    int64_t households, people, money; /* fen per month */
} tally_t;

/* From one state to the next.  moved_in and moved_out: between categories that exclude each other. */
typedef struct {
    tally_t entered, moved_in, left, moved_out;
    tally_t raised, lowered; /* of those who stay: by so much money; people: how many more or fewer are paid for */
    tally_t same;            /* who stay as they are */
} flow_t;

/* One category in one region. */
typedef struct {
    tally_t drawn;               /* enrolled, as counted on the way */
    tally_t unassessed;          /* of these: closed households and persons in no household; they stay as they are */
    tally_t stock;               /* enrolled, as the register's own table has it */
    tally_t after[SIMULATE_POLICIES];
    flow_t flow[SIMULATE_POLICIES]; /* 0: from the register to the policy in force, which is open anyway; 1, 2: from that to the draft */
    int64_t unknown[SIMULATE_POLICIES]; /* households (or, of persons' categories, persons) of which it cannot tell */
} cell_t;

typedef struct {
    char name[64];
    policy_words_t label;
    policy_unit_t unit;
    policy_role_t role;
    bool told;              /* a policy has it; otherwise only the register */
    bool registered;        /* somebody may be enrolled in it; otherwise there is nothing but what the policies say */
    bool exclusive;         /* one of those that exclude each other */
    bool warning;           /* a category of findings: what the indicators come to together */
    int at[SIMULATE_POLICIES]; /* its place in each policy, -1: none */
    term_t enrolment;
} simulate_category_t;

/* A household near the line of a draft, or one of its members, for whom this line decides. */
typedef struct {
    uuid_t household, person; /* person nil: of the household */
    char region[13];
    size_t category;       /* whose line it is */
    int64_t value, line;
    double distance;       /* |value − line| / line */
    size_t from, to;       /* categories in force and by the draft, SIMULATE_CATEGORIES: none */
    int64_t before, after; /* money */
} near_t;

typedef struct {
    size_t count, cap;
    near_t *items; /* a heap, the farthest first */
} near_list_t;

typedef struct {
    int64_t households, people;
} affected_t;

typedef struct simulate {
    arena_t *arena;
    const terms_t *terms;
    int32_t day;
    size_t policy_count; /* 1 … SIMULATE_POLICIES */
    const policy_t *policies[SIMULATE_POLICIES];
    const char *versions[SIMULATE_POLICIES]; /* NULL: as the policy says; borrowed */
    standing_rules_t *rules[SIMULATE_POLICIES];
    policy_evidence_t *evidence[SIMULATE_POLICIES];
    simulate_category_t categories[SIMULATE_CATEGORIES];
    size_t category_count;
    region_rows_t regions; /* a row holds SIMULATE_CATEGORIES cells, which are nothing but numbers */
    tally_t moves[SIMULATE_POLICIES][SIMULATE_CATEGORIES][SIMULATE_CATEGORIES]; /* money: of the category moved to */
    near_list_t near[SIMULATE_POLICIES];
    int64_t households, people, unassessed, waiting; /* waiting: enrolments of persons in no household */
    affected_t changed[SIMULATE_POLICIES], unchanged[SIMULATE_POLICIES], unknown[SIMULATE_POLICIES];
    uint8_t *first_of_kind; /* by term: place + 1 of the first category with that enrolment */
    uint8_t next_of_kind[SIMULATE_CATEGORIES]; /* likewise, of the next one */
    size_t kind_count;
    bool overflow;          /* a sum did not fit: a draft with absurd amounts */
} simulate_t;

/* `policies[0]` is in force.  Borrows the policies and terms. */
simulate_t *simulate_new(const terms_t *terms, const policy_t *const *policies, size_t n, int32_t day, size_t near);
void simulate_destroy(simulate_t **self_p);

/* One row of the register's own count, before any household.  `lost`: of persons in no household. */
bool simulate_stock(simulate_t *self, const char *region, const char *category, const tally_t *tally, bool lost, err_t *err) NODISCARD;
/* A household that was assessed under each policy. */
void simulate_household(simulate_t *self, const policy_world_t *places, const dossier_t *dossier,
                        const policy_result_t *const results[SIMULATE_POLICIES], arena_t *arena);
/* One that is not assessed: closed, or without members.  `dossier` holds whatever belongs to it. */
void simulate_unassessed(simulate_t *self, const dossier_t *dossier);
/* ERR_BUG "simulate.open" names the first sum that does not close. */
bool simulate_check(const simulate_t *self, err_t *err) NODISCARD;
/* Members of the reply into an open object (docs/data.md §8). */
void simulate_out(simulate_t *self, json_out_t *out);

/* The rest is between simulate*.c. */
cell_t *simulate_cell(simulate_t *self, const char *region, size_t category);
cell_t simulate_cell_at(const simulate_t *self, size_t row, size_t category);
void simulate_add(simulate_t *self, tally_t *to, int64_t households, int64_t people, int64_t money);
cell_t simulate_total(simulate_t *self, size_t category);
void simulate_near(simulate_t *self, size_t policy, const near_t *item);
/* Whether simulate_near would take it now. */
bool simulate_is_near(const simulate_t *self, size_t policy, const near_t *item);

#endif
