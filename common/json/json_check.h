/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_CHECK_H
#define COMMON_JSON_JSON_CHECK_H

/* json_check with what json_parse needs to know beside. */

#include "json/json_in.h"

/* *ret_longest_number: characters of the longest number in the text. */
bool json_check_text(const char *text, size_t n, size_t *ret_longest_number, err_t *err) NODISCARD;

#endif
