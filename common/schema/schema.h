/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SCHEMA_SCHEMA_H
#define COMMON_SCHEMA_SCHEMA_H

/* JSON Schema 2020-12, compiled once to a flat program and run over a parsed tree.
 * A keyword that is not implemented refuses the schema at compile time, it is never ignored.
 * `x-` members are annotations (x-pii, x-label …). */

#include "base/err.h"
#include "json/json_in.h"

typedef struct schema schema_t;
enum { SCHEMA_ASSERT_FORMAT = 1 }; /* date, date-time, uuid, plus ours: money, month, region, resident-id */

bool schema_compile(const char *name, const json_node_t *schema, unsigned flags, schema_t **ret, err_t *err) NODISCARD;
bool schema_load(const char *path, unsigned flags, schema_t **ret, err_t *err) NODISCARD;
void schema_destroy(schema_t **self_p);
/* false: ERR_REJECT "bad_data"; err.pointer names the culprit, the text says what was expected, without the value. */
bool schema_validate(const schema_t *self, const json_node_t *instance, err_t *err) NODISCARD;
/* Visits each property of the top level with its schema node (to read x-pii and the like). */
typedef void (*schema_property_fn)(void *ctx, const char *name, const json_node_t *property_schema);
void schema_each_property(const schema_t *self, schema_property_fn fn, void *ctx);

#endif
