/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_CIVIL_H
#define COMMON_BASE_CIVIL_H

/* Proleptic Gregorian calendar as arithmetic; days are counted from 1970-01-01.  For time.c and domain/date.c:
 * everything else uses date_… and time_…. */

#include <stdbool.h>
#include <stdint.h>

int64_t civil_days(int64_t year, int month, int day); /* must be valid */
void civil_parts(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day);
int civil_month_days(int64_t year, int month);
bool civil_is_valid(int64_t year, int month, int day);

#endif
