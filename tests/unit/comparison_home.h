/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_COMPARISON_HOME_H
#define TESTS_UNIT_COMPARISON_HOME_H

/* A household made by hand, judged under a place's policy in which every category can be found. */

#include "finding_rules.h"
#include "ruling.h"

#define YUAN 100

enum { HOME_MEMBERS = 4, HOME_FACTS = 96 };

typedef struct {
    dossier_t d;
    member_t members[HOME_MEMBERS];
    fact_t own[HOME_FACTS];
    fact_t facts[HOME_MEMBERS][HOME_FACTS];
    finding_list_t list;
} home_t;

extern arena_t *home_arena;
extern terms_t *home_terms;
extern policy_t *home_policy;
extern finding_rules_t *home_rules;

/* Qidong, with `more` (YAML of the sections that it changes) on top. */
void home_set_up(const char *more);
int home_tear_down(void **state); /* of a group of tests */

uuid_t home_person(int member); /* from 1 */
void home_init(home_t *h, size_t members);
fact_t *home_add(home_t *h, int member /* 0: the household's own */, const char *kind, int32_t from, int32_t to, int64_t value,
                 const char *code);
/* Transfers of so much a month: nothing is deducted. */
void home_income(home_t *h, int member, int32_t from, int32_t to, int64_t yuan_a_month);
/* All members are named by an enrolment of the household. */
fact_t *home_enrol(home_t *h, int member, const char *category, int32_t from, int32_t to, int64_t yuan);
void home_pay(home_t *h, int member, const char *category, int32_t month, int64_t yuan);
void home_judge(home_t *h, int32_t day);
const wanted_t *home_found(const home_t *h, finding_kind_t kind, const char *category, int member);

#endif
