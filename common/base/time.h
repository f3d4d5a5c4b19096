/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_TIME_H
#define COMMON_BASE_TIME_H

/* Instants are int64_t microseconds since 1970 UTC; durations int64_t milliseconds. */

#include "base/err.h"
#include <stdint.h>

#define TIME_TEXT_SIZE 33
int64_t time_now_us(void);       /* wall clock */
int64_t time_monotonic_ms(void); /* for timers */
int64_t time_monotonic_us(void);
/* RFC 3339, always UTC with microseconds: 2024-06-18T02:00:00.000000Z */
void time_format(int64_t us, char ret[TIME_TEXT_SIZE]);
/* Any RFC 3339 time with zone. */
bool time_parse(const char *s, size_t n, int64_t *ret_us) NODISCARD;

#endif
