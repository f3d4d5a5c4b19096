/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_CHECK_FRAC_H
#define COMPARISON_POLICY_CHECK_FRAC_H

/* Exact fractions, the ranges between two of them, and polynomials over what is not known.  What does not fit 64 bits
 * becomes unbounded, which is never wrong: a range says where a value may lie. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* num / den in lowest terms, den > 0; den = 0: unbounded, num is its sign. */
typedef struct {
    int64_t num, den;
} frac_t;

#define FRAC_INT(n) ((frac_t){ (n), 1 })
#define FRAC_BELOW ((frac_t){ -1, 0 })
#define FRAC_ABOVE ((frac_t){ 1, 0 })

bool frac_of(int64_t num, int64_t den, frac_t *ret);
int frac_sign(frac_t a);
int frac_cmp(frac_t a, frac_t b); /* of what is bounded, or differs in its sign */
/* False when it does not fit; bounded operands only. */
bool frac_add(frac_t a, frac_t b, frac_t *ret);
bool frac_mul(frac_t a, frac_t b, frac_t *ret);
bool frac_invert(frac_t a, frac_t *ret);

typedef struct {
    frac_t low, high;
} range_t;

#define RANGE_ALL ((range_t){ FRAC_BELOW, FRAC_ABOVE })
#define RANGE_NOT_NEGATIVE ((range_t){ FRAC_INT(0), FRAC_ABOVE })
range_t range_join(range_t a, range_t b);
range_t range_add(range_t a, range_t b);
range_t range_mul(range_t a, range_t b);
range_t range_max(range_t a, range_t b);
range_t range_min(range_t a, range_t b);

/* A sum of products of unknowns; the unknowns are numbers that the owner gives out. */
#define POLY_FACTORS 4
#define POLY_PARTS 16
typedef struct {
    uint16_t factor[POLY_FACTORS]; /* ascending; `count` of them */
    uint8_t count;
    frac_t by;
} poly_part_t;

typedef struct {
    poly_part_t part[POLY_PARTS]; /* in one order, none with 0 */
    size_t count;
} poly_t;

void poly_const(frac_t value, poly_t *ret);
void poly_unknown(uint16_t unknown, poly_t *ret);
bool poly_is_const(const poly_t *self, frac_t *ret);
/* False when the result is too large; `ret` may be an operand. */
bool poly_add(const poly_t *a, const poly_t *b, frac_t times_b, poly_t *ret);
bool poly_mul(const poly_t *a, const poly_t *b, poly_t *ret);
bool poly_same_unknowns(const poly_part_t *a, const poly_part_t *b);

#endif
