/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_BLOCK_H
#define COMPARISON_POLICY_BLOCK_H

/* A block: some households side by side, their members side by side, and the registers of the program over them. */

#include "policy_model.h"

#define POLICY_BLOCK_HOUSEHOLDS 1024
/* So few are done sooner without a plan, every register as it stands in the program. */
#define POLICY_FEW_HOUSEHOLDS 64

/* The registers that one kind of fact fills; -1 when nobody reads them. */
typedef struct {
    int32_t total, months, has, value, code, ever;
    size_t row;    /* of `newest`, for value and code */
    uint64_t mark; /* in `holds`, of what OP_READ reads; 0: none */
    bool loads;    /* fills one of the registers */
} policy_targets_t;

/* What a fact gives to its kind on the day. */
typedef struct {
    bool has;       /* in force, happened, or (partly) inside the window */
    int32_t months; /* monthly kinds */
    int64_t amount; /* its part of the total */
    bool overflow;
} policy_part_t;

/* The months of the days around the day, so that most terms need no calendar. */
typedef struct {
    int32_t first_day, first_month;
    uint32_t days;
    uint8_t *code; /* by day from first_day: 2 × months since first_month, + 1 on the first of a month */
} policy_months_t;

/* A window on the day: days [from, to), months [first, last). */
typedef struct {
    int32_t from, to, first, last;
    const policy_months_t *months; /* or NULL */
} policy_span_t;

/* One of those who read a kind of fact when it is loaded. */
typedef struct {
    const policy_fact_t *spec;
    const policy_targets_t *targets;
    const policy_span_t *span;
    bool own;    /* the value is the holder's, else of those whom the fact links */
    bool gives;  /* what the fact gives on the day is asked for */
    size_t same; /* place of the first reader of the kind to whom a fact gives the same */
} policy_reader_t;

/* All readers of what persons, or households, hold. */
typedef struct {
    policy_reader_t *list;
    uint32_t *first; /* by kind, one more at the end */
    uint64_t *marks; /* by kind: of what OP_READ reads */
    size_t kinds;
} policy_readers_t;

/* The supporters of a block side by side, in the order of those whom they support.  Empty when the policy reads none.
 */
typedef struct {
    bool read;
    size_t count, cap;
    uint32_t *first;  /* members + 1: where the supporters of each begin */
    uint32_t *member; /* whom he supports */
    uint32_t *place; /* lane of his own person, POLICY_NO_LANE when no household has him, or one that is not complete */
    uint32_t *home;  /* lane of his household, or POLICY_NO_LANE */
    const supporter_t **links;
    const dossier_t **dossiers; /* the households with the homes behind them */
    size_t dossier_cap, member_cap;
    uint32_t *link_homes; /* by household and place in its list */
} policy_supporters_t;
#define POLICY_NO_LANE UINT32_MAX

/* Where the values of a register stand after a run: both columns NULL: `value` in all lanes. */
typedef struct {
    const int64_t *numbers;
    const uint8_t *flags;
    const uint8_t *unknown; /* NULL: all lanes are as `known` says */
    int64_t value;
    bool known;
} policy_register_t;

/* Places in the program. */
typedef struct {
    uint32_t *regs;
    size_t count;
} policy_regs_t;

struct policy_plan;
typedef struct policy_block {
    const policy_t *policy;
    const policy_world_t *world; /* or NULL */
    int32_t day;
    policy_span_t *spans; /* by fact index */
    const dossier_t *const *dossiers;
    size_t assessed;            /* households that were asked for; the homes of their supporters stand behind them */
    size_t households, members; /* all */
    size_t lanes[SCOPE_COUNT];  /* how many the registers have room for */
    uint32_t *first;            /* households + 1: where the members of each begin */
    uint32_t *home;             /* household of each member */
    policy_supporters_t supporters;
    /* Category × lane: which month of its period of grace, 0 for none.  Owned by the caller; NULL: all 0. */
    const int32_t *grace_months;
    size_t grace_stride;
    uint32_t most_members;    /* of one household */
    struct policy_plan *plan; /* NULL with every_register */
    bool every_register;      /* nothing is left out: for explanations, and for a few households */
    int64_t **value;          /* by register; NULL: neither loaded nor, with every_register, computed */
    uint8_t **unknown;
    policy_regs_t loads; /* the registers that are read from the dossiers */
    policy_regs_t keeps; /* those that are read after a run */
    policy_register_t *kept; /* by register, of `keeps` alone */
    void *storage[2 * SCOPE_COUNT];
    policy_months_t months;
    policy_targets_t *targets; /* by fact index */
    policy_readers_t readers[SCOPE_MEMBER + 1]; /* by scope of the holder: household, member */
    policy_part_t *parts; /* of one fact, by reader */
    size_t rows;
    const fact_t **newest; /* row × lane: the newest fact in force so far */
    /* By scope (household, member) and lane: the kinds of which it holds a fact, so that OP_READ looks at these lanes alone. */
    uint64_t *holds[SCOPE_MEMBER + 1];
} policy_block_t;

void policy_block_init(policy_block_t *self, const policy_t *policy, const policy_world_t *world, int32_t day,
                       bool every_register);
/* The same with other registers to be read after a run than those of the verdicts; copied. */
void policy_block_init_for(policy_block_t *self, const policy_t *policy, const policy_world_t *world, int32_t day,
                           bool every_register, const bool *keep);
/* The households of the next run; storage grows when they do not fit, else it is used again. */
void policy_block_set(policy_block_t *self, const dossier_t *const *dossiers, size_t n);
void policy_block_done(policy_block_t *self);
void policy_block_run(policy_block_t *self);
void policy_block_find_targets(policy_block_t *self);
void policy_block_done_targets(policy_block_t *self);
/* Whether the register is computed in a run. */
bool policy_block_runs(const policy_block_t *self, size_t reg);
/* First step of a run: the registers that are read from the dossiers. */
void policy_block_load(policy_block_t *self);

static inline size_t
policy_block_lanes(const policy_block_t *self, scope_t scope)
{
    return scope == SCOPE_HOUSEHOLD ? self->households : scope == SCOPE_MEMBER ? self->members : self->supporters.count;
}

/* A register of `keeps`, with every_register any one, after a run; false: it is not known there. */
static inline bool
policy_block_get(const policy_block_t *self, int32_t reg, size_t lane, int64_t *ret)
{
    const policy_register_t *r = &self->kept[reg];

    if (self->every_register) {
        *ret = self->value[reg][lane];
        return self->unknown[reg][lane] == 0;
    }
    if (r->unknown != NULL ? r->unknown[lane] != 0 : !r->known)
        return false;
    *ret = r->numbers != NULL ? r->numbers[lane] : r->flags != NULL ? r->flags[lane] : r->value;
    return true;
}

/* Room for the lanes of any scope. */
static inline size_t
policy_block_widest(const policy_block_t *self)
{
    size_t n = 0;

    for (size_t s = 0; s < SCOPE_COUNT; s++)
        n = self->lanes[s] > n ? self->lanes[s] : n;
    return n;
}

/* ---- supporters (policy_block_gather.c) ---- */

/* Lists the homes of supporters behind the households. */
void policy_block_add_homes(policy_block_t *self);
/* After the members have their lanes. */
void policy_block_place_supporters(policy_block_t *self);
void policy_block_done_supporters(policy_block_t *self);
struct policy_lanes;
/* OP_READ (policy_block_read.c), OP_DATE_ADD and OP_DATE_PART (policy_block_date.c) */
void policy_block_read(const policy_block_t *self, const struct policy_lanes *lanes);
void policy_block_date_add(const struct policy_lanes *lanes);
void policy_block_date_part(const struct policy_lanes *lanes);
void policy_block_gather(const policy_block_t *self, const struct policy_lanes *lanes);
void policy_block_grace_month(const policy_block_t *self, const struct policy_lanes *lanes);
/* Whether the fact of a supported member is about this supporter. */
bool policy_block_is_about(const fact_t *fact, const supporter_t *supporter);

/* One instruction over its lanes: the result v with u (1: not known, v is 0 then) and the operands, NULL where the
 * instruction has none.  An instruction reads its operands here, never in the block: where a value is kept is the
 * block's business. */
typedef struct policy_lanes {
    const instr_t *instr;
    size_t n;
    int64_t *v;
    uint8_t *u;
    const int64_t *av, *bv, *cv;
    const uint8_t *au, *bu, *cu;
} policy_lanes_t;
void policy_block_run_one(const policy_block_t *self, const policy_lanes_t *lanes);

void policy_fact_part(const policy_fact_t *spec, const policy_span_t *span, const fact_t *fact, int32_t day,
                      policy_part_t *ret);
/* Its code is one that the kind does not read. */
bool policy_fact_is_passed_over(const policy_fact_t *spec, const fact_t *fact);
/* Not counted under its head on the day. */
bool policy_fact_is_left_out(const policy_fact_t *spec, int32_t day);
void policy_months_init(policy_months_t *self, int32_t day);
void policy_window_span(const policy_window_t *window, int32_t day, policy_span_t *ret);
/* `next`, or an earlier day on which a comparison with today may change for the household (policy_next_day.c); after a
 * run. */
int32_t policy_block_next_day(const policy_block_t *self, size_t household, int32_t next);
int32_t policy_next_day_of_places(const policy_t *policy, const policy_world_t *world, int32_t day, int32_t next);
/* The first day after `day` on which this fact says something else, or DATE_OPEN. */
int32_t policy_fact_next_day(const policy_fact_t *spec, const fact_t *fact, int32_t day);

#endif
