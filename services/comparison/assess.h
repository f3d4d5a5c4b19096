/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_ASSESS_H
#define COMPARISON_ASSESS_H

/* Assesses households of the world on a day, compares with the findings that are open, and publishes the difference. */

#include "comparison.h"
#include "comparison_store.h"
#include "finding_rules.h"
#include "world.h"

typedef struct assess {
    comparison_t *comparison;
    db_tx_t *tx;
    stream_t *stream;
    world_t *world;
    finding_rules_t *rules;
    struct finding_back *back;
    struct shadow_run *shadow; /* NULL: none */
    int32_t day;
    policy_world_t places; /* what they hold: to be set by the caller */
    uuid_t cause;      /* id of the facts event, day event or request behind it */
    uint64_t position; /* last facts event applied */
    policy_assessor_t *assessor;
    const char *version; /* of the policy on that day */
    arena_t *scratch; /* what a block of households needs until it is compared */
    published_t *published;
    size_t published_count, published_cap;
    comparison_done_t done;
    bool (*on_block)(void *ctx, err_t *err); /* called after each block of households; NULL: nobody */
    void *on_block_ctx;
} assess_t;

/* Borrows everything; `comparison` keeps what is made of its policy for the next time, until assess_forget.  One at a time. */
void assess_init(assess_t *self, comparison_t *comparison, db_tx_t *tx, stream_t *stream, world_t *world, int32_t day);
void assess_done(assess_t *self);
/* Before the policy goes. */
void assess_forget(comparison_t *comparison);
/* The households, their members and their findings must be loaded.  Sorts `households` by id, which is the order of publication. */
bool assess_households(assess_t *self, household_t **households, size_t n, err_t *err) NODISCARD;
/* Writes what was published since it was last called; the caller saves the world. */
bool assess_save_published(assess_t *self, err_t *err) NODISCARD;
/* At the end: that, and what holds under other policies. */
bool assess_save(assess_t *self, err_t *err) NODISCARD;

/* Data of plimsoll.finding.v1. */
typedef struct {
    const finding_t *finding;
    const wanted_t *wanted; /* NULL: withdrawn */
    const char *state;      /* open, changed, withdrawn */
    const char *reason;     /* of a withdrawal, else NULL */
    const char *policy;
    int32_t date;
    size_t members;
    const uuid_t *before;   /* who the person was in the version before; NULL: the same */
} finding_out_t;
void finding_out(const finding_out_t *self, const terms_t *terms, str_t *ret);

#endif
