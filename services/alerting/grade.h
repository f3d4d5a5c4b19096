/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_GRADE_H
#define ALERTING_GRADE_H

/* How urgent is a finding?  deploy/routing/grades.yaml is a list of rows; the first row whose conditions all hold gives
 * the level.  The last row must have no condition, so that every finding has a level. */

#include "alert.h"
#include "base/err.h"

typedef struct grades grades_t;

/* What a row may ask for. Money in fen; margin in ten-thousandths. */
typedef struct {
    kind_t kind;
    const char *category;
    const char *rule; /* or NULL */
    bool has_money, has_overpaid, has_underpaid, has_margin, has_score;
    int64_t money, overpaid, underpaid, margin, score; /* score: points of a warning */
} grade_subject_t;

bool grades_load(const char *path, grades_t **ret, err_t *err) NODISCARD;
bool grades_parse(const char *name, const char *text, size_t n, grades_t **ret, err_t *err) NODISCARD;
void grades_destroy(grades_t **self_p);
/* *ret_row (may be NULL) is the row's name; it lives as long as the grades. */
level_t grades_level(const grades_t *self, const grade_subject_t *subject, const char **ret_row);

#endif
