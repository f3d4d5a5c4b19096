/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"

#include "base/civil.h"

#define YEAR_MIN 1850
#define YEAR_MAX 2199

int32_t
date_of(int year, int month, int day)
{
    REQUIRE(civil_is_valid(year, month, day));
    return (int32_t) civil_days(year, month, day);
}

void
date_parts(int32_t day, int *ret_y, int *ret_m, int *ret_d)
{
    int64_t year;

    civil_parts(day, &year, ret_m, ret_d);
    *ret_y = (int) year;
}

static bool
two_digits(const char *s, int *ret)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return false;
    *ret = (s[0] - '0') * 10 + (s[1] - '0');
    return true;
}

static bool
year_and_month(const char *s, int *ret_year, int *ret_month)
{
    int century, year;

    if (!two_digits(s, &century) || !two_digits(s + 2, &year) || s[4] != '-' || !two_digits(s + 5, ret_month))
        return false;
    *ret_year = century * 100 + year;
    return *ret_year >= YEAR_MIN && *ret_year <= YEAR_MAX && *ret_month >= 1 && *ret_month <= 12;
}

bool
date_parse(const char *s, size_t n, int32_t *ret)
{
    int year, month, day;

    if (n != 10 || !year_and_month(s, &year, &month) || s[7] != '-' || !two_digits(s + 8, &day) ||
        !civil_is_valid(year, month, day))
        return false;
    *ret = (int32_t) civil_days(year, month, day);
    return true;
}

bool
date_parse_month(const char *s, size_t n, int32_t *ret_month)
{
    int year, month;

    if (n != 7 || !year_and_month(s, &year, &month))
        return false;
    *ret_month = year * 12 + month - 1;
    return true;
}

static char *
put_digits(char *at, int v, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char) ('0' + v % 10);
        v /= 10;
    }
    return at + width;
}

/* Years beyond four digits, such as DATE_OPEN's, show as the last or first that can be written. */
void
date_format(int32_t day, char ret[DATE_TEXT_SIZE])
{
    int year, month, d;

    date_parts(day, &year, &month, &d);
    if (year < 0 || year > 9999) {
        month = year < 0 ? 1 : 12;
        d = year < 0 ? 1 : 31;
        year = year < 0 ? 0 : 9999;
    }
    ret = put_digits(ret, year, 4);
    *ret++ = '-';
    ret = put_digits(ret, month, 2);
    *ret++ = '-';
    ret = put_digits(ret, d, 2);
    *ret = '\0';
}

int32_t
date_month(int32_t day)
{
    int year, month, d;

    date_parts(day, &year, &month, &d);
    return year * 12 + month - 1;
}

static int
floor_div(int a, int b)
{
    return a / b - (a % b < 0);
}

int32_t
date_month_start(int32_t month)
{
    int year = floor_div(month, 12);

    return (int32_t) civil_days(year, month - year * 12 + 1, 1);
}

int32_t
date_add_months(int32_t day, int n)
{
    int year, month, d;

    if (day == DATE_OPEN)
        return DATE_OPEN;
    date_parts(day, &year, &month, &d);
    int to = year * 12 + month - 1 + n;
    year = floor_div(to, 12);
    month = to - year * 12 + 1;
    int last = civil_month_days(year, month);
    return (int32_t) civil_days(year, month, d < last ? d : last);
}

int32_t
date_anniversary(int32_t day, int n)
{
    int32_t to = date_add_months(day, n);
    int year, month, wanted, got;

    if (day == DATE_OPEN)
        return DATE_OPEN;
    date_parts(day, &year, &month, &wanted);
    date_parts(to, &year, &month, &got);
    return got == wanted ? to : to + 1;
}

bool
date_shift(int32_t day, int64_t months, int32_t *ret)
{
    int64_t month;

    if (__builtin_add_overflow((int64_t) date_month(day), months, &month) || month < 12 || month >= 10000 * 12)
        return false;
    *ret = date_anniversary(day, (int) months);
    return true;
}

int
date_age(int32_t born, int32_t day)
{
    int by, bm, bd, y, m, d;

    date_parts(born, &by, &bm, &bd);
    date_parts(day, &y, &m, &d);
    return y - by - (m < bm || (m == bm && d < bd));
}

int32_t
date_months_inside(int32_t m0, int32_t m1, int32_t from, int32_t to)
{
    /* the first month that begins inside, and the first that does not end inside */
    int year, month, day;

    date_parts(from, &year, &month, &day);
    int32_t first = year * 12 + month - (day == 1);
    int32_t last = to == DATE_OPEN ? m1 : date_month(to);

    first = first > m0 ? first : m0;
    last = last < m1 ? last : m1;
    return last > first ? last - first : 0;
}
