/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DOMAIN_DATE_H
#define COMMON_DOMAIN_DATE_H

/* A day is an int32_t number of days since 1970-01-01 (proleptic Gregorian). A month is year*12 + (month-1).
 * Periods are half open: [from, to); DATE_OPEN means no end. */

#include "base/err.h"
#include <stdint.h>

#define DATE_OPEN INT32_MAX
#define DATE_TEXT_SIZE 11
int32_t date_of(int year, int month, int day); /* must be valid */
void date_parts(int32_t day, int *ret_y, int *ret_m, int *ret_d);
bool date_parse(const char *s, size_t n, int32_t *ret) NODISCARD;  /* YYYY-MM-DD, years 1850–2199 */
void date_format(int32_t day, char ret[DATE_TEXT_SIZE]);
bool date_parse_month(const char *s, size_t n, int32_t *ret_month) NODISCARD; /* YYYY-MM */
int32_t date_month(int32_t day);
int32_t date_month_start(int32_t month);
int32_t date_add_months(int32_t day, int n); /* clamps to the month's last day */
/* The same day n months on or back; where that month has no such day, the first of the month after it (29 February and
 * 12 months: 1 March). */
int32_t date_anniversary(int32_t day, int n);
/* The same; false outside the years 1 to 9999. */
bool date_shift(int32_t day, int64_t months, int32_t *ret) NODISCARD;
/* Age in whole years on `day`; one born on 29 February reaches an age on 1 March. */
int date_age(int32_t born, int32_t day);
/* Whole months shared by the month range [m0, m1) and the day period [from, to) (month-aligned or cut down). */
int32_t date_months_inside(int32_t m0, int32_t m1, int32_t from, int32_t to);

/* Working days: weekends and listed holidays are off, listed make-up days are on. File: deploy/config/calendar.yaml. */
typedef struct calendar calendar_t;
bool calendar_load(const char *path, calendar_t **ret, err_t *err) NODISCARD;
void calendar_destroy(calendar_t **self_p);
bool calendar_is_working(const calendar_t *self, int32_t day);
int32_t calendar_add_working_days(const calendar_t *self, int32_t day, int n);

#endif
