/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_SCAN_H
#define COMMON_JSON_JSON_SCAN_H

/* Steps over JSON text, shared inside json/. */

#include "base/str.h"

#define JSON_DEPTH_MAX 64
#define JSON_NUMBER_MAX 500 /* characters of one number */

/* First byte from `at` that a string cannot simply contain: quote, backslash, control or non-ASCII; or end. */
const char *json_scan_plain(const char *at, const char *end);
/* The same of text that is known to be UTF-8: non-ASCII is plain. */
const char *json_scan_special(const char *at, const char *end);
const char *json_scan_blank(const char *at, const char *end);

/* As str_utf8_sequence; most of what departments send beyond ASCII is Chinese, three bytes of which only the forms are looked at. */
static inline size_t
json_scan_utf8(const char *at, const char *end)
{
    const unsigned char *p = (const unsigned char *) at;

    if (end - at >= 3 && p[0] > 0xe0 && p[0] < 0xed && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80)
        return 3;
    return str_utf8_sequence(at, (size_t) (end - at));
}

/* Below: checked text only, so no error is possible.  `at` is on the first byte of a string or value, the result behind
 * its last. */
const char *json_scan_string(const char *at, const char *end);
const char *json_scan_value(const char *at, const char *end);
/* Decodes the escapes of a string's inside (without quotes) and appends. */
void json_scan_unescape(const char *at, const char *end, str_t *ret);

#endif
