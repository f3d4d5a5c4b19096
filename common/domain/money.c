/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/money.h"

#include "base/num.h"
#include "base/str.h"

#include <string.h>

#define YUAN_DIGITS_MAX 13 /* |x| < 10^13 yuan */

bool
money_parse(const char *s, size_t n, int64_t *ret_fen)
{
    bool negative = n > 0 && s[0] == '-';
    int64_t yuan, fen = 0;

    s += negative;
    n -= negative;
    const char *point = n == 0 ? NULL : memchr(s, '.', n);
    size_t whole = point == NULL ? n : (size_t) (point - s);
    size_t decimals = point == NULL ? 0 : n - whole - 1;

    if (whole == 0 || whole > YUAN_DIGITS_MAX || (whole > 1 && s[0] == '0') || s[0] == '-')
        return false;
    if (point != NULL && (decimals < 1 || decimals > 2 || point[1] == '-' || !num_i64(point + 1, decimals, &fen)))
        return false;
    if (!num_i64(s, whole, &yuan))
        return false;
    if (decimals == 1)
        fen *= 10;
    fen += yuan * 100;
    *ret_fen = negative ? -fen : fen;
    return true;
}

void
money_format(int64_t fen, char ret[MONEY_TEXT_SIZE])
{
    uint64_t v = fen < 0 ? 0 - (uint64_t) fen : (uint64_t) fen;
    char digits[24];
    size_t at = sizeof(digits);

    digits[--at] = '\0';
    digits[--at] = (char) ('0' + v % 10);
    digits[--at] = (char) ('0' + v / 10 % 10);
    digits[--at] = '.';
    v /= 100;
    do {
        digits[--at] = (char) ('0' + v % 10);
        v /= 10;
    } while (v != 0);
    if (fen < 0)
        digits[--at] = '-';
    (void) str_copy(ret, MONEY_TEXT_SIZE, digits + at);
}
