/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_IN_H
#define COMMON_JSON_JSON_IN_H

/* Strict JSON (RFC 8259) over cJSON: UTF-8, no trailing bytes, no duplicate keys, no NUL characters, bounded depth (64),
 * finite numbers, case-sensitive access.  A tree is read-only and lives until json_destroy. */

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include <stdint.h>

typedef struct cJSON json_node_t; /* opaque outside json/ and schema/ */
typedef struct json json_t;

typedef enum { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind_t;

/* Checks without building a tree; ERR_REJECT "not_json" with the byte offset. */
bool json_check(const char *text, size_t n, err_t *err) NODISCARD;
bool json_parse(const char *text, size_t n, json_t **ret, err_t *err) NODISCARD;
/* A tree of text that passed json_check, alone or as a value inside of what did: the same tree at a third of the cost, and
 * without allocating when *self_p (NULL at first) has the memory of an earlier one, which goes.  Fails for memory only. */
bool json_read_checked(const char *text, size_t n, json_t **self_p, err_t *err) NODISCARD;
void json_destroy(json_t **self_p);
const json_node_t *json_root(const json_t *self);

json_kind_t json_kind(const json_node_t *n);
const json_node_t *json_get(const json_node_t *object, const char *key); /* NULL when absent; NULL-safe */
const json_node_t *json_first(const json_node_t *container);             /* iterate: json_first, json_next */
const json_node_t *json_next(const json_node_t *n);
size_t json_count(const json_node_t *container);
const char *json_key(const json_node_t *n);    /* of an object member */
const char *json_text(const json_node_t *n);   /* string only, else NULL */
bool json_is_true(const json_node_t *n);
/* Numbers are kept exactly: integers within ±2^53 only, else false. */
bool json_i64(const json_node_t *n, int64_t *ret) NODISCARD;
bool json_real(const json_node_t *n, double *ret) NODISCARD;

/* Sticky reader: after the first failure every call is a no-op that returns a harmless value; check once at the end.
 * Failures are ERR_REJECT "bad_data" with err.pointer set to "/member". */
typedef struct {
    const json_node_t *object;
    err_t *err;
    bool failed;
    char prefix[96]; /* pointer of `object` */
} json_in_t;
void json_in_init(json_in_t *self, const json_node_t *object, const char *prefix, err_t *err);
const char *json_in_text(json_in_t *self, const char *key);                     /* required */
const char *json_in_text_or(json_in_t *self, const char *key, const char *def); /* absent or null: def */
int64_t json_in_i64(json_in_t *self, const char *key, int64_t min, int64_t max);
int64_t json_in_i64_or(json_in_t *self, const char *key, int64_t min, int64_t max, int64_t def);
bool json_in_bool_or(json_in_t *self, const char *key, bool def);
uuid_t json_in_uuid(json_in_t *self, const char *key);
bool json_in_uuid_or_nil(json_in_t *self, const char *key, uuid_t *ret); /* false when absent */
const json_node_t *json_in_array(json_in_t *self, const char *key);
const json_node_t *json_in_object(json_in_t *self, const char *key);
const json_node_t *json_in_any(json_in_t *self, const char *key); /* required, any kind */
bool json_in_ok(const json_in_t *self) NODISCARD;

/* Finds the bytes of a member's value in checked text, without a tree: path like "data/records"; and cuts an array into
 * its items' slices, in order.  Both need text that passed json_check. */
bool json_locate(const char *text, size_t n, const char *path, slice_t *ret);
typedef bool (*json_item_fn)(void *ctx, size_t index, slice_t item, err_t *err);
bool json_each_item(slice_t array, json_item_fn fn, void *ctx, err_t *err) NODISCARD;
/* The same for an object's members, in one pass; `name` is decoded and valid during the call only. */
typedef bool (*json_member_fn)(void *ctx, slice_t name, slice_t value, err_t *err);
bool json_each_member(slice_t object, json_member_fn fn, void *ctx, err_t *err) NODISCARD;

/* Canonical form (members sorted, no blanks) for comparing and hashing content. */
void json_canonical(const json_node_t *n, str_t *ret);

#endif
