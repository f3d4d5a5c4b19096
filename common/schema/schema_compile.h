/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SCHEMA_SCHEMA_COMPILE_H
#define COMMON_SCHEMA_SCHEMA_COMPILE_H

/* Shared by the files that compile. */

#include "schema/schema_program.h"

typedef struct {
    size_t op;   /* the OP_REF to complete */
    uint32_t sub; /* where it stands */
    const char *target;
} pending_ref_t;

typedef struct {
    const char *name;
    uint32_t sub;
} anchor_t;

typedef struct {
    schema_t *out;
    err_t *err;
    const char *id; /* the root's $id, or NULL */
    uint32_t sub;   /* being compiled */
    pending_ref_t *refs;
    size_t ref_count, ref_cap;
    anchor_t *anchors;
    size_t anchor_count, anchor_cap;
} compile_t;

/* ERR_CONFIG "schema" at `keyword` of the subschema being compiled; err.pointer is the keyword's. */
bool schema_fail(const compile_t *c, const char *keyword, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The number of a subschema, given one when it is new; `keyword`/`step` locate it below the one being compiled. */
uint32_t schema_sub(compile_t *c, const json_node_t *node, const char *keyword, const char *step);
uint32_t schema_sub_at(compile_t *c, const json_node_t *node, const char *pointer);
op_t *schema_emit(compile_t *c, op_kind_t kind);
/* Compiles one keyword of a subschema; refuses it when it is not implemented. */
bool schema_keyword(compile_t *c, const json_node_t *schema, const json_node_t *keyword) NODISCARD;
/* Completes the references met so far; may add subschemas. */
bool schema_resolve(compile_t *c) NODISCARD;
/* No subschema may lead back to itself without going down in the instance. */
bool schema_check_cycles(compile_t *c) NODISCARD;

#endif
