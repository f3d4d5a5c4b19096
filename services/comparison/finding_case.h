/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_FINDING_CASE_H
#define COMPARISON_FINDING_CASE_H

/* What the rules of findings share: one household on one day, and the list of what is wanted for it.  Each concern has a
 * file of its own (finding_aid.c, finding_death.c, …) with one function that adds to the list; finding_rules.c calls them
 * in order. */

#include "finding_rules.h"
#include "policy_overlap.h"

#define KIND_DEATH "event.death"
#define EVIDENCE_MAX 512 /* facts that the digest covers; the latest FINDING_FACTS_MAX of them are published */

struct finding_rules {
    const policy_t *policy;
    const terms_t *terms;
    const policy_world_t *world;
    int32_t first_day; /* business day */
    policy_evidence_t *evidence;
    const calendar_t *calendar; /* NULL: no term is watched */
    str_t *text; /* what a digest is made of, used again and again */
    bool *stirs; /* by kind of fact: who holds one is not calm */
    size_t stirs_cap;
    term_t stirs_until; /* the last kind that was looked at */
};

/* One household on one day. */
typedef struct {
    const finding_rules_t *rules;
    const dossier_t *dossier;
    const policy_result_t *verdicts;
    int32_t day;
    arena_t *arena;
    int32_t *died; /* by member: DATE_OPEN = alive */
    policy_draw_t *draws; /* what the household and its members draw, or drew */
    size_t draw_count;
    wanted_t *wanted;
    size_t count, cap;
    bool by_verdict;  /* on a day before: only what a verdict brings */
    bool bare;        /* without evidence */
    size_t place;     /* among the households whose evidence is at hand */
    int32_t next_day; /* the first later day on which time alone may change what holds */
} finding_case_t;

/* Each adds what holds. */
void finding_aid(finding_case_t *self);
void finding_person(finding_case_t *self);
void finding_hardship(finding_case_t *self);
void finding_death(finding_case_t *self);
void finding_overlap(finding_case_t *self); /* after the kinds that say that something ends */
void finding_review(finding_case_t *self);
void finding_conflict(finding_case_t *self);
void finding_missing(finding_case_t *self);

/* For a finding of that kind that no longer holds: has the register followed? */
bool finding_missing_is_settled(const finding_rules_t *rules, const finding_t *finding, const dossier_t *dossier, int32_t day);

/* --- facts --- */

bool finding_case_in_force(const fact_t *fact, int32_t day);
/* The enrolment in force, the newest when there are several. */
const fact_t *finding_case_enrolment_of(const finding_rules_t *rules, const fact_t *facts, size_t n, const char *enrolment, int32_t day);
/* "dibao" of a fact of the kind enrolment.dibao; NULL: it is none. */
const char *finding_case_enrolment_category(const finding_rules_t *rules, const fact_t *fact);
/* Several departments may tell of one death: the earliest day counts.  DATE_OPEN: alive. */
int32_t finding_case_died_on(const finding_rules_t *rules, const member_t *member, int32_t day);
/* The kind of fact of payments of a category; 0: no record has it. */
term_t finding_case_payment(const finding_rules_t *rules, const char *category);
/* Payments of the category for months after the month of death. */
int64_t finding_case_paid_after(const finding_rules_t *rules, const fact_t *facts, size_t n, const char *category, int32_t died);
/* Of the category for that month; *ret_count: payments. */
int64_t finding_case_paid_in(const finding_rules_t *rules, const fact_t *facts, size_t n, const char *category, int32_t month,
                             size_t *ret_count);
bool finding_case_is_payment(const finding_rules_t *rules, const fact_t *fact, const char *category);
size_t finding_case_member(const dossier_t *dossier, const uuid_t *person); /* SIZE_MAX: none of them */

/* An entitlement of the household that is in force, or whose months before it is due again are not over: *ret_until is when
 * neither holds any more. */
bool finding_case_drawn_lately(const finding_rules_t *rules, const dossier_t *dossier, size_t category, int32_t day, int32_t *ret_until);
/* To be looked at again on that day, when it is a later one. */
void finding_case_look_again(finding_case_t *self, int32_t day);

/* --- what is wanted --- */

/* The entry of that key (kind, category, person; person NULL: the household), new or as it stands.  Borrows the words. */
wanted_t *finding_case_want(finding_case_t *self, finding_kind_t kind, const char *category, const char *rule, const uuid_t *person);
/* Evidence.  A record counts once, whatever the number of its facts. */
void finding_case_add_fact(wanted_t *wanted, const fact_t *fact);
/* The facts that decided a category, of a member or of the household (SIZE_MAX). */
void finding_case_add_evidence(const finding_case_t *self, wanted_t *wanted, size_t category, size_t member);
/* The enrolment of which it speaks, as evidence, and its money. */
void finding_case_add_enrolment(wanted_t *wanted, const fact_t *enrolled);
void finding_case_add_verdict(wanted_t *wanted, const policy_verdict_t *verdict, bool amount);
/* A category of that role and unit from which findings are to come. */
bool finding_case_raises(const policy_t *policy, size_t category, policy_role_t role, policy_unit_t unit);

#endif
