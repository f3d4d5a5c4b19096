/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"

/* Both directions work on years that begin in March, so that the leap day is a year's last, and on eras of 400 years
 * (146,097 days); 719,468 days lie between 0000-03-01 and 1970-01-01. */

int64_t
civil_days(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

/* Any day. */
static void
parts_of_any(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;

    *ret_day = (int) (day_of_year - (153 * mp + 2) / 5 + 1);
    *ret_month = (int) (mp < 10 ? mp + 3 : mp - 9);
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

/* The days of near years in a third of the time: the quotients and remainders of Neri and Schneider ("Euclidean affine
 * functions and their application to calendar algorithms", 2022), all in 32 bits.  The years are counted from ERAS eras
 * before the year 0, so that nothing is negative. */
enum { ERAS = 10, FAST_FIRST = -719468 - ERAS * 146097, FAST_COUNT = 1 << 29 };

void
civil_parts(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    if (days < FAST_FIRST || days >= FAST_FIRST + (int64_t) FAST_COUNT) {
        parts_of_any(days, ret_year, ret_month, ret_day);
        return;
    }
    uint32_t quarters = 4 * (uint32_t) (days - FAST_FIRST) + 3;
    uint32_t century = quarters / 146097, rest = quarters % 146097 | 3;
    uint64_t scaled = UINT64_C(2939745) * rest; /* 2^32 / 1461, rounded up: the year of the century stands above 32 bits */
    uint32_t day_of_year = (uint32_t) scaled / 2939745 / 4;
    uint32_t month = 2141 * day_of_year + 197913; /* from March = 3; in its lower half the day of the month × 2141 */
    bool next_year = day_of_year >= 306;

    *ret_day = (int) ((month & 0xffff) / 2141) + 1;
    *ret_month = (int) (month >> 16) - (next_year ? 12 : 0);
    *ret_year = (int64_t) (100 * century + (uint32_t) (scaled >> 32)) - ERAS * 400 + next_year;
}

int
civil_month_days(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

bool
civil_is_valid(int64_t year, int month, int day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= civil_month_days(year, month);
}
