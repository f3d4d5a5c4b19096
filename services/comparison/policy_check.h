/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_CHECK_H
#define COMPARISON_POLICY_CHECK_H

/* What the checker says of the meaning of a policy that reads well: what can never be, what is never reached, where a
 * rise of income raises an amount, what nothing uses.  It is sure or silent: what it does not understand is an unknown
 * about which nothing is assumed.
 *
 * Sure in three-valued logic, too: what is "yes" stays so whatever the not known turns out to be, so what no completion
 * makes true can never be "yes". */

#include "policy_check_frac.h"
#include "policy_expr.h"
#include "policy_model.h"

void policy_check_meaning(const policy_t *self, policy_problems_t *problems, policy_problems_t *notes);
void policy_check_reach(const policy_t *self, policy_problems_t *problems, policy_problems_t *notes);
void policy_check_slopes(const policy_t *self, policy_problems_t *notes);
void policy_check_uses(const policy_t *self, policy_problems_t *notes);

/* ---- what a formula may be --------------------------------------------------------------------------------------- */

/* How much of the parameters is taken for known. */
typedef enum {
    CHECK_FREE,    /* nothing: what holds here holds in every place, ever */
    CHECK_NUMBERS, /* their numbers on the days; switches and choices may still turn */
    CHECK_ALL
} check_mode_t;

/* A condition as alternatives of what must hold together. */
typedef enum { HOLDS_BELOW, HOLDS_FLAG, HOLDS_WORD } holds_kind_t;
typedef struct {
    holds_kind_t kind;
    bool strict;      /* HOLDS_BELOW: p < 0, else p ≤ 0 */
    bool yes;         /* HOLDS_FLAG */
    uint16_t unknown; /* HOLDS_FLAG, HOLDS_WORD */
    uint64_t words;   /* HOLDS_WORD: one of these */
    const poly_t *p;
} holds_t;

#define LOGIC_PARTS 32
#define LOGIC_ALTERNATIVES 64
typedef struct {
    const holds_t *part[LOGIC_PARTS];
    size_t count; /* 0: always */
} together_t;
typedef struct {
    together_t *items;
    size_t count; /* 0: never */
} logic_t;

/* Where a household lives, as far as numbers go by it. */
typedef struct {
    int area;       /* 0 rural, 1 urban, -1 either */
    int64_t region; /* twelve digits as a number, -1 any */
} place_t;
#define PLACE_ANY ((place_t){ -1, -1 })
#define PLACE_REGION_ELSE 0 /* a region that no parameter names */

typedef enum {
    UNKNOWN_VALUE,    /* of the expression */
    UNKNOWN_INVERSE,  /* 1 / the expression, where that is above zero */
    UNKNOWN_ROUNDING, /* what the rounding adds */
} unknown_kind_t;

typedef struct {
    unknown_kind_t kind;
    const char *key; /* the formula's text */
    const expr_t *expr;
    const policy_formula_t *formula; /* in which it stands */
    range_t range;
} unknown_t;

/* What a name stands for, worked out once. */
typedef struct {
    const policy_def_t *def;
    const poly_t *quantity;
    logic_t logic[2];
    bool has_logic[2];
} meaning_t;

typedef struct {
    const policy_t *policy;
    arena_t *arena; /* emptied by frame_reset */
    check_mode_t mode;
    int32_t from, until; /* the days, inclusive */
    place_t place;
    unknown_t *unknowns;
    size_t count;
    meaning_t *meanings;
    size_t meaning_count;
    const char *words[64];
    size_t word_count;
    const policy_formula_t *formula; /* being read */
    unsigned depth;
} frame_t;

void frame_init(frame_t *self, const policy_t *policy, check_mode_t mode);
void frame_done(frame_t *self);
/* Forgets what was learnt, for other days or another place. */
void frame_reset(frame_t *self, int32_t from, int32_t until, place_t place);
/* Too many unknowns: no conclusion is safe. */
bool frame_is_full(const frame_t *self);
uint16_t frame_unknown(frame_t *self, unknown_kind_t kind, const expr_t *e, range_t range);
meaning_t *frame_meaning(frame_t *self, const policy_def_t *def);
/* The quantity (or day) as a polynomial over unknowns. */
const poly_t *frame_quantity(frame_t *self, const expr_t *e);
range_t frame_range(const frame_t *self, const poly_t *p);
const char *frame_text(const frame_t *self, const expr_t *e);
/* What the parameter's value may be on the days and in the place. */
range_t frame_parameter(const frame_t *self, const policy_param_t *param);
/* Taken for known in this mode. */
bool frame_knows(const frame_t *self, const policy_def_t *def);

/* p < 0 (or ≤ 0). */
logic_t logic_below(const frame_t *f, const poly_t *p, bool strict);
logic_t logic_always(const frame_t *f);
logic_t logic_of(frame_t *f, const expr_t *e, bool wanted);
logic_t logic_and(const frame_t *f, logic_t a, logic_t b);
logic_t logic_or(const frame_t *f, logic_t a, logic_t b);

#endif
