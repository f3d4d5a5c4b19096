/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
num_u64(const char *s, size_t n, uint64_t *ret)
{
    uint64_t v = 0;

    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t) (s[i] - '0'), &v))
            return false;
    }
    *ret = v;
    return true;
}

bool
num_i64(const char *s, size_t n, int64_t *ret)
{
    bool negative = n > 0 && s[0] == '-';
    uint64_t v;

    if (!num_u64(s + negative, n - negative, &v))
        return false;
    if (v > (uint64_t) INT64_MAX + negative)
        return false;
    *ret = negative ? (int64_t) (0 - v) : (int64_t) v;
    return true;
}

static size_t
digits(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    return i;
}

/* -?digits[.digits][e[+-]digits]: strtod alone would also take blanks, hex, inf and nan. */
static bool
is_decimal(const char *s, size_t n)
{
    size_t i = n > 0 && s[0] == '-';
    size_t d = digits(s + i, n - i);

    if (d == 0)
        return false;
    i += d;
    if (i < n && s[i] == '.') {
        d = digits(s + i + 1, n - i - 1);
        if (d == 0)
            return false;
        i += 1 + d;
    }
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        if (i < n && (s[i] == '+' || s[i] == '-'))
            i++;
        d = digits(s + i, n - i);
        if (d == 0)
            return false;
        i += d;
    }
    return i == n;
}

bool
num_real(const char *s, size_t n, double *ret)
{
    char buf[512];

    if (n >= sizeof(buf) || !is_decimal(s, n))
        return false;
    memcpy(buf, s, n);
    buf[n] = '\0';
    double v = strtod(buf, NULL);
    if (!isfinite(v))
        return false;
    *ret = v;
    return true;
}
