/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DOMAIN_REGION_H
#define COMMON_DOMAIN_REGION_H

/* GB/T 2260 and statistical division codes: 2, 4, 6, 9 or 12 digits; a shorter code contains all that it prefixes. */

#include "base/err.h"

#define REGION_SIZE 13
bool region_is_valid(const char *s);      /* one of the five lengths, digits only */
bool region_is_full(const char *s);       /* 12 digits */
bool region_contains(const char *outer, const char *inner);

#endif
