/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_WRITE_H
#define COMMON_JSON_JSON_WRITE_H

/* The forms of single values, shared by json_out and json_canonical. */

#include "base/str.h"

void json_write_text(str_t *out, const char *s, size_t n); /* with quotes; broken UTF-8 becomes U+FFFD */
void json_write_utf8(str_t *out, const char *s, size_t n); /* the same of text that is known to be UTF-8 */
void json_write_real(str_t *out, double v);                /* integers without a point; finite only */

#endif
