/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_NUM_H
#define COMMON_BASE_NUM_H

/* Checked conversions.  The whole text must be the number: no blanks, no '+', no rest. */

#include "base/err.h"
#include <stdint.h>

bool num_i64(const char *s, size_t n, int64_t *ret) NODISCARD;
bool num_u64(const char *s, size_t n, uint64_t *ret) NODISCARD;
bool num_real(const char *s, size_t n, double *ret) NODISCARD; /* finite only */
#define num_add_i64(a, b, ret) (!__builtin_add_overflow((int64_t) (a), (int64_t) (b), (ret)))
#define num_mul_i64(a, b, ret) (!__builtin_mul_overflow((int64_t) (a), (int64_t) (b), (ret)))

/* Greatest common divisor, not below 0; of 0 and 0 it is 0.  Neither may be INT64_MIN. */
static inline int64_t
num_gcd_i64(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

#endif
