/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_OUT_H
#define COMMON_JSON_JSON_OUT_H

/* Writes compact JSON into a str_t; commas are kept by the writer.  Misuse is a REQUIRE failure.
 * `key` is NULL inside arrays and for the root. */

#include "base/str.h"
#include "base/uuid.h"
#include <stdint.h>

typedef struct {
    str_t *out;
    unsigned depth;
    uint64_t has_item[2];  /* a bit per depth, up to 128 */
    uint64_t is_object[2]; /* likewise: the open container's kind */
} json_out_t;
void json_out_init(json_out_t *self, str_t *out); /* appends to out */
void json_out_object(json_out_t *self, const char *key);
void json_out_array(json_out_t *self, const char *key);
void json_out_end(json_out_t *self);
void json_out_text(json_out_t *self, const char *key, const char *value); /* NULL value writes null */
void json_out_text_n(json_out_t *self, const char *key, const char *value, size_t n);
void json_out_i64(json_out_t *self, const char *key, int64_t value);
void json_out_real(json_out_t *self, const char *key, double value);
void json_out_bool(json_out_t *self, const char *key, bool value);
void json_out_null(json_out_t *self, const char *key);
void json_out_uuid(json_out_t *self, const char *key, const uuid_t *value);
void json_out_fen(json_out_t *self, const char *key, int64_t fen);   /* "820.00" */
void json_out_date(json_out_t *self, const char *key, int32_t day);  /* day number of domain/date.h: "2024-06-18" */
void json_out_time(json_out_t *self, const char *key, int64_t us);
void json_out_raw(json_out_t *self, const char *key, const char *json, size_t n); /* already valid JSON */

#endif
