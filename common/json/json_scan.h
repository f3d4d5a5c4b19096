/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_SCAN_H
#define COMMON_JSON_JSON_SCAN_H

/* Steps over JSON text, shared inside json/. */

#include "base/str.h"

#define JSON_DEPTH_MAX 64
#define JSON_NUMBER_MAX 500 /* characters of one number */

/* First byte from `at` that a string cannot simply contain: quote, backslash, control or non-ASCII; or end. */
const char *json_scan_plain(const char *at, const char *end);
const char *json_scan_blank(const char *at, const char *end);

/* Below: checked text only, so no error is possible.  `at` is on the first byte of a string or value, the result behind
 * its last. */
const char *json_scan_string(const char *at, const char *end);
const char *json_scan_value(const char *at, const char *end);
/* Decodes the escapes of a string's inside (without quotes) and appends. */
void json_scan_unescape(const char *at, const char *end, str_t *ret);

#endif
