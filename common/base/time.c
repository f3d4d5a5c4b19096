/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "base/civil.h"

#include <time.h>

#define US_PER_S 1000000
#define S_PER_DAY 86400

static int64_t
clock_us(clockid_t id)
{
    struct timespec ts;

    REQUIRE(clock_gettime(id, &ts) == 0);
    return (int64_t) ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t
time_now_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t
time_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

int64_t
time_monotonic_ms(void)
{
    return time_monotonic_us() / 1000;
}

static char *
put_digits(char *at, int64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char) ('0' + v % 10);
        v /= 10;
    }
    return at + width;
}

void
time_format(int64_t us, char ret[TIME_TEXT_SIZE])
{
    const int64_t first = civil_days(0, 1, 1) * S_PER_DAY * US_PER_S;
    const int64_t last = civil_days(9999, 12, 31) * S_PER_DAY * US_PER_S + ((int64_t) S_PER_DAY * US_PER_S - 1);
    int64_t year;
    int month, day;

    /* RFC 3339 has four digits for the year */
    us = us < first ? first : us > last ? last : us;
    int64_t rest = us % ((int64_t) S_PER_DAY * US_PER_S);
    if (rest < 0)
        rest += (int64_t) S_PER_DAY * US_PER_S;
    civil_parts((us - rest) / ((int64_t) S_PER_DAY * US_PER_S), &year, &month, &day);
    int64_t s = rest / US_PER_S;

    char *at = put_digits(ret, year, 4);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    at = put_digits(at, day, 2);
    *at++ = 'T';
    at = put_digits(at, s / 3600, 2);
    *at++ = ':';
    at = put_digits(at, s / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, s % 60, 2);
    *at++ = '.';
    at = put_digits(at, rest % US_PER_S, 6);
    *at++ = 'Z';
    *at = '\0';
}

/* Takes exactly `width` digits, then `after` unless it is NUL. */
static bool
take(const char **at, const char *end, int width, char after, int *ret)
{
    int v = 0;

    if (end - *at < width + (after != '\0'))
        return false;
    for (int i = 0; i < width; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        v = v * 10 + (c - '0');
    }
    if (after != '\0' && ((*at)[width] | 0x20) != (after | 0x20))
        return false;
    *at += width + (after != '\0');
    *ret = v;
    return true;
}

static bool
take_fraction(const char **at, const char *end, int *ret_us)
{
    int us = 0, n = 0;

    if (*at == end || **at != '.') {
        *ret_us = 0;
        return true;
    }
    for (++*at; *at < end && **at >= '0' && **at <= '9'; ++*at, n++)
        if (n < 6)
            us = us * 10 + (**at - '0');
    for (int i = n; i < 6; i++)
        us *= 10;
    *ret_us = us;
    return n > 0;
}

static bool
take_zone(const char **at, const char *end, int *ret_minutes)
{
    int h, m;

    if (*at == end)
        return false;
    char sign = *(*at)++;
    if (sign == 'Z' || sign == 'z') {
        *ret_minutes = 0;
        return true;
    }
    if ((sign != '+' && sign != '-') || !take(at, end, 2, ':', &h) || !take(at, end, 2, '\0', &m) || h > 23 || m > 59)
        return false;
    *ret_minutes = sign == '-' ? -(h * 60 + m) : h * 60 + m;
    return true;
}

bool
time_parse(const char *s, size_t n, int64_t *ret_us)
{
    const char *at = s, *end = s + n;
    int year, month, day, h, m, sec, us, zone;

    if (!take(&at, end, 4, '-', &year) || !take(&at, end, 2, '-', &month) || !take(&at, end, 2, 'T', &day) ||
        !take(&at, end, 2, ':', &h) || !take(&at, end, 2, ':', &m) || !take(&at, end, 2, '\0', &sec) ||
        !take_fraction(&at, end, &us) || !take_zone(&at, end, &zone) || at != end)
        return false;
    if (!civil_is_valid(year, month, day) || h > 23 || m > 59 || sec > 60)
        return false;

    int64_t minutes = civil_days(year, month, day) * 1440 + h * 60 + m - zone;
    /* a leap second ends a UTC day; it counts as the first of the next */
    if (sec == 60 && ((minutes % 1440) + 1440) % 1440 != 1439)
        return false;
    *ret_us = (minutes * 60 + sec) * US_PER_S + us;
    return true;
}
