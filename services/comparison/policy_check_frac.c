/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_check_frac.h"
#include "base/num.h"
#include <string.h>

bool
frac_of(int64_t num, int64_t den, frac_t *ret)
{
    int64_t d;

    if (num == INT64_MIN || den == INT64_MIN || den == 0)
        return false;
    d = num_gcd_i64(num, den);
    if (den < 0)
        d = -d;
    *ret = (frac_t){ num / d, den / d };
    return true;
}

int
frac_sign(frac_t a)
{
    return a.num < 0 ? -1 : a.num > 0;
}

bool
frac_add(frac_t a, frac_t b, frac_t *ret)
{
    int64_t x, y, num, den;

    return num_mul_i64(a.num, b.den, &x) && num_mul_i64(b.num, a.den, &y) && num_add_i64(x, y, &num) &&
           num_mul_i64(a.den, b.den, &den) && frac_of(num, den, ret);
}

bool
frac_mul(frac_t a, frac_t b, frac_t *ret)
{
    int64_t num, den;

    return num_mul_i64(a.num, b.num, &num) && num_mul_i64(a.den, b.den, &den) && frac_of(num, den, ret);
}

bool
frac_invert(frac_t a, frac_t *ret)
{
    return frac_of(a.den, a.num, ret);
}

/* Without a product that might not fit: whole parts first, then the rests turned over. */
int
frac_cmp(frac_t a, frac_t b)
{
    int turn = 1;

    if (a.den == 0 || b.den == 0) {
        int x = a.den == 0 ? frac_sign(a) : 0, y = b.den == 0 ? frac_sign(b) : 0;

        return x < y ? -1 : x > y;
    }
    for (;;) {
        int64_t whole_a = a.num / a.den - (a.num % a.den < 0), whole_b = b.num / b.den - (b.num % b.den < 0), rest_a,
                rest_b;

        if (whole_a != whole_b)
            return whole_a < whole_b ? -turn : turn;
        rest_a = a.num % a.den + (a.num % a.den < 0 ? a.den : 0);
        rest_b = b.num % b.den + (b.num % b.den < 0 ? b.den : 0);
        if (rest_a == 0 || rest_b == 0)
            return rest_a == rest_b ? 0 : rest_a == 0 ? -turn : turn;
        a = (frac_t){ a.den, rest_a };
        b = (frac_t){ b.den, rest_b };
        turn = -turn;
    }
}

/* ---- ranges ------------------------------------------------------------------------------------------------------ */

static frac_t
least(frac_t a, frac_t b)
{
    return frac_cmp(a, b) <= 0 ? a : b;
}

static frac_t
most(frac_t a, frac_t b)
{
    return frac_cmp(a, b) >= 0 ? a : b;
}

range_t
range_join(range_t a, range_t b)
{
    return (range_t){ least(a.low, b.low), most(a.high, b.high) };
}

range_t
range_max(range_t a, range_t b)
{
    return (range_t){ most(a.low, b.low), most(a.high, b.high) };
}

range_t
range_min(range_t a, range_t b)
{
    return (range_t){ least(a.low, b.low), least(a.high, b.high) };
}

range_t
range_add(range_t a, range_t b)
{
    range_t sum = RANGE_ALL;

    if (a.low.den == 0 || b.low.den == 0 || !frac_add(a.low, b.low, &sum.low))
        sum.low = FRAC_BELOW;
    if (a.high.den == 0 || b.high.den == 0 || !frac_add(a.high, b.high, &sum.high))
        sum.high = FRAC_ABOVE;
    return sum;
}

/* One corner of a product; 0 × unbounded is 0: the factor itself is some number. */
static bool
corner(frac_t a, frac_t b, frac_t *ret)
{
    if (frac_sign(a) == 0 || frac_sign(b) == 0)
        *ret = FRAC_INT(0);
    else if (a.den == 0 || b.den == 0)
        *ret = frac_sign(a) * frac_sign(b) > 0 ? FRAC_ABOVE : FRAC_BELOW;
    else
        return frac_mul(a, b, ret);
    return true;
}

range_t
range_mul(range_t a, range_t b)
{
    frac_t c[4];
    range_t product;

    if (!corner(a.low, b.low, &c[0]) || !corner(a.low, b.high, &c[1]) || !corner(a.high, b.low, &c[2]) ||
        !corner(a.high, b.high, &c[3]))
        return RANGE_ALL;
    product = (range_t){ c[0], c[0] };
    for (size_t i = 1; i < 4; i++)
        product = range_join(product, (range_t){ c[i], c[i] });
    return product;
}

/* ---- polynomials ------------------------------------------------------------------------------------------------- */

static int
compare_parts(const poly_part_t *a, const poly_part_t *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (a->factor[i] != b->factor[i])
            return a->factor[i] < b->factor[i] ? -1 : 1;
    return a->count < b->count ? -1 : a->count > b->count;
}

bool
poly_same_unknowns(const poly_part_t *a, const poly_part_t *b)
{
    return compare_parts(a, b) == 0;
}

static bool
add_part(poly_t *self, const poly_part_t *part)
{
    size_t i = 0;

    while (i < self->count && compare_parts(&self->part[i], part) < 0)
        i++;
    if (i < self->count && compare_parts(&self->part[i], part) == 0) {
        if (!frac_add(self->part[i].by, part->by, &self->part[i].by))
            return false;
        if (frac_sign(self->part[i].by) == 0) {
            memmove(&self->part[i], &self->part[i + 1], (self->count - i - 1) * sizeof(*part));
            self->count--;
        }
        return true;
    }
    if (frac_sign(part->by) == 0)
        return true;
    if (self->count == POLY_PARTS)
        return false;
    memmove(&self->part[i + 1], &self->part[i], (self->count - i) * sizeof(*part));
    self->part[i] = *part;
    self->count++;
    return true;
}

void
poly_const(frac_t value, poly_t *ret)
{
    poly_part_t part = { .by = value };

    ret->count = 0;
    (void) add_part(ret, &part); /* the first one has room */
}

void
poly_unknown(uint16_t unknown, poly_t *ret)
{
    ret->count = 1;
    ret->part[0] = (poly_part_t){ .factor = { unknown }, .count = 1, .by = FRAC_INT(1) };
}

bool
poly_is_const(const poly_t *self, frac_t *ret)
{
    if (self->count > 1 || (self->count == 1 && self->part[0].count > 0))
        return false;
    *ret = self->count == 0 ? FRAC_INT(0) : self->part[0].by;
    return true;
}

bool
poly_add(const poly_t *a, const poly_t *b, frac_t times_b, poly_t *ret)
{
    poly_t sum = *a;

    for (size_t i = 0; i < b->count; i++) {
        poly_part_t part = b->part[i];

        if (!frac_mul(part.by, times_b, &part.by) || !add_part(&sum, &part))
            return false;
    }
    *ret = sum;
    return true;
}

static bool
mul_parts(const poly_part_t *a, const poly_part_t *b, poly_part_t *ret)
{
    size_t i = 0, k = 0;

    if (a->count + b->count > POLY_FACTORS || !frac_mul(a->by, b->by, &ret->by))
        return false;
    ret->count = 0;
    while (i < a->count || k < b->count) {
        bool first = k == b->count || (i < a->count && a->factor[i] <= b->factor[k]);

        ret->factor[ret->count++] = first ? a->factor[i++] : b->factor[k++];
    }
    return true;
}

bool
poly_mul(const poly_t *a, const poly_t *b, poly_t *ret)
{
    poly_t product = { .count = 0 };

    for (size_t i = 0; i < a->count; i++) {
        for (size_t k = 0; k < b->count; k++) {
            poly_part_t part = { .count = 0 };

            if (!mul_parts(&a->part[i], &b->part[k], &part) || !add_part(&product, &part))
                return false;
        }
    }
    *ret = product;
    return true;
}
