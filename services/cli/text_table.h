/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TEXT_TABLE_H
#define CLI_TEXT_TABLE_H

/* Columns on a terminal, where a CJK character is two wide. */

#include "base/str.h"
#include "json/json_in.h"

size_t text_columns(const char *s);
void text_left(str_t *out, const char *s, size_t width);
void text_right(str_t *out, const char *s, size_t width);
/* "1,234,567" and "1,234.50"; `sign`: a plus or minus always stands before it, 0 is "·". */
void text_count(str_t *out, int64_t n, bool sign, size_t width);
void text_money(str_t *out, int64_t fen, bool sign, size_t width);
/* Members of an object; 0 when absent. */
int64_t text_i64_of(const json_node_t *object, const char *key);
int64_t text_fen_of(const json_node_t *object, const char *key);
const char *text_of(const json_node_t *object, const char *key); /* "" when absent */

#endif
