/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_EXPLAIN_H
#define COMPARISON_POLICY_EXPLAIN_H

/* The pieces of an explanation: one household, run with every register kept. */

#include "policy_expr.h"
#include "policy_view.h"

#define EXPLAIN_HOUSEHOLD SIZE_MAX /* in place of a member */

typedef struct {
    const policy_block_t *block;
    const policy_t *policy;
    const dossier_t *dossier; /* of the view: in a supporter's formula his home */
    json_out_t *out;
    policy_view_t view;
    const policy_result_t *result; /* the verdicts, as the assessment gave them */
} explain_t;

/* ---- texts (policy_explain_text.c) ---- */

/* Where a value of the household that is assessed, or of a member, stands in its column. */
size_t explain_lane(scope_t scope, size_t member);
/* "21096.00", "24", "0.1"; false when it is not known. */
bool explain_value_text(const explain_t *x, operand_t v, unit_t unit, scope_t scope, size_t member, str_t *out);
/* The word that a name stands for: a code, a relation, a choice. */
bool explain_word_text(const explain_t *x, const expr_t *name, size_t member, str_t *out);
/* The branch of “if … then … else …” that was taken; the formula itself when it is none, or the condition not known. */
const expr_t *explain_taken(const explain_t *x, const expr_t *e, size_t member);
/* The formula with the numbers of this household in place of the names, of “if” the branch taken. */
void explain_numbers(const explain_t *x, const expr_t *e, size_t member, str_t *out);
policy_answer_t explain_answer(const explain_t *x, operand_t flag, size_t lane);
void explain_label(const explain_t *x, const char *key, policy_label_t label);
/* The label, or what stands in for one. */
policy_label_t explain_label_or(const policy_label_t *label, const char *fallback);
policy_label_t explain_relation(relation_t relation);
const char *explain_answer_word(policy_answer_t answer);

/* ---- supporters (policy_explain_supporter.c) ---- */

/* Into the formula of the supporter in that lane: what is read there is of his own person and home.  Returns his place
 * among the members. */
size_t explain_enter(const explain_t *x, size_t supporter, explain_t *ret);
/* "person", "relation": of the member, or of the supporter in whose formula we are. */
void explain_whose(const explain_t *x, size_t member);
void explain_supporters(const explain_t *x); /* "supporters", when the policy reads them */

/* ---- terms of who is enrolled (policy_explain_term.c) ---- */

const policy_verdict_t *explain_verdict(const explain_t *x, const policy_def_t *category, size_t member);
/* "enrolled", "validity", "review", "grace", each where there is one. */
void explain_terms(const explain_t *x, const policy_def_t *category, size_t member);

/* ---- facts and sums (policy_explain_value.c) ---- */

void explain_source(const explain_t *x, const char *dataset); /* "dataset", "department" */
/* The facts of a kind that gave something on the day, of the member (or of all): into an open array, or as an array. */
void explain_each_fact(const explain_t *x, const policy_fact_t *spec, size_t member);
void explain_facts(const explain_t *x, const char *key, const policy_fact_t *spec, size_t member);
/* What the facts of one kind come to for one member (or the household). */
void explain_kind_sum(const explain_t *x, const policy_fact_t *spec, size_t member, policy_part_t *ret);
/* One fact into an open array. */
void explain_fact(const explain_t *x, const fact_t *fact);
void explain_values(const explain_t *x); /* "values" */
void explain_people(const explain_t *x); /* "people" */

/* ---- numbers in force (policy_explain_param.c) ---- */

/* The points of the indicators (policy_explain_score.c). */
void explain_score(const explain_t *x);
void explain_parameters(const explain_t *x); /* "parameters" */

/* ---- conditions (policy_explain_condition.c) ---- */

void explain_conditions(const explain_t *x, const policy_category_t *c, size_t member);

/* ---- what is missing (policy_explain_missing.c) ---- */

typedef enum {
    MISSING_FACT,
    MISSING_PARAMETER,
    MISSING_TOO_LARGE,
    MISSING_RECORD,
    MISSING_HOME /* no household has the supporter, or one with a record in quarantine */
} explain_missing_kind_t;
typedef struct {
    explain_missing_kind_t what;
    const policy_def_t *def;   /* NULL for a record and a home */
    size_t member;             /* or EXPLAIN_HOUSEHOLD */
    const uuid_t *supporter;   /* of him it is missing, not of the member; else NULL */
} explain_missing_item_t;
typedef struct {
    explain_missing_item_t items[32];
    size_t count;
} explain_missing_t;
void explain_find_missing(const explain_t *x, const policy_category_t *c, size_t member, explain_missing_t *ret);
policy_label_t explain_missing_label(const explain_missing_item_t *item);
void explain_missing(const explain_t *x, const policy_category_t *c, size_t member); /* "missing" */

/* ---- sentences (policy_explain_sentence.c) ---- */

void explain_sentence(const explain_t *x, const policy_def_t *category, size_t member);

#endif
