/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DOMAIN_MONEY_H
#define COMMON_DOMAIN_MONEY_H

/* Money is int64_t fen. On the wire: a decimal string in yuan, at most two digits after the point, |x| < 10^13 yuan. */

#include "base/err.h"
#include <stdint.h>

#define MONEY_TEXT_SIZE 32
bool money_parse(const char *s, size_t n, int64_t *ret_fen) NODISCARD;
void money_format(int64_t fen, char ret[MONEY_TEXT_SIZE]); /* "820.00" */

#endif
