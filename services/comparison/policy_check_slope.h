/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_CHECK_SLOPE_H
#define COMPARISON_POLICY_CHECK_SLOPE_H

/* How values move with income: for every value, may it rise, may it fall, when what is earned in some month is more?  A
 * month more of it is another thing: what counts months or asks whether there is any does not move. */

#include "policy_check.h"

typedef enum { RISES, FALLS, WAY_COUNT } way_t;

#define STEPS_MAX 4
typedef struct {
    bool smooth[WAY_COUNT];                       /* moves this way without a step */
    const unknown_t *step[WAY_COUNT][STEPS_MAX]; /* the steps that make it move this way */
    size_t count[WAY_COUNT];
} slope_t;

typedef struct {
    const policy_t *policy;
    policy_problems_t *notes;
    frame_t frame;
    slope_t *known; /* by unknown */
    bool *has;
    struct {
        const policy_def_t *category;
        const expr_t *step;
    } told[64]; /* what was noted already */
    size_t told_count;
    unsigned depth;
} slopes_t;

slope_t slope_smooth(bool rises);
slope_t slope_step(const unknown_t *u, bool rises, bool falls);
slope_t slope_turned(slope_t a);
slope_t slope_either(slope_t a, slope_t b);
bool slope_moves(const slope_t *a, way_t way);
bool slope_is_flat(const slope_t *a);

slope_t slope_of(slopes_t *s, const expr_t *e);
slope_t slope_of_flag(slopes_t *s, const expr_t *e); /* RISES: may become true */

/* What the kinds of income add to a quantity, for each fen that one rises by in one month. */
#define EARNED_MAX 24
#define EARNED_DATED_MAX 4
typedef struct {
    term_t kind;
    const policy_window_t *window;
    bool has_base;
    frac_t base;   /* through the kind's own total: wholly, where the month lies in the window */
    range_t parts; /* through other readings of the same records, each of which may pass the month over */
    struct {
        const policy_def_t *since; /* … save that what is read since a later day is read since an earlier one, too */
        frac_t by;
    } dated[EARNED_DATED_MAX];
    size_t dated_count;
} earned_t;

typedef struct {
    earned_t items[EARNED_MAX];
    size_t count;
    bool full;
} earnings_t;

bool slope_names_income(const slopes_t *s, const policy_def_t *def);
/* Takes the part, when it is an income alone. */
bool slope_earn(const slopes_t *s, earnings_t *self, const poly_part_t *part);
slope_t slope_of_earnings(slopes_t *s, const earnings_t *self);

#endif
