/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SCHEMA_SCHEMA_PROGRAM_H
#define COMMON_SCHEMA_SCHEMA_PROGRAM_H

/* A compiled schema: subschemas by number, each a run of instructions in one array.  Everything lies in the schema's arena;
 * values of const and enum stay in its tree. */

#include "base/mem.h"
#include "schema/pattern.h"
#include "schema/schema.h"

#define SUB_NONE UINT32_MAX

typedef bool (*format_fn)(const char *text);
typedef struct {
    const char *name, *expected;
    format_fn is_valid;
} format_t;

typedef struct {
    const char *name;
    size_t len;
    uint32_t sub;  /* SUB_NONE: only required */
    bool required;
    bool listed;   /* in "properties": not additional */
} property_t;

typedef struct {
    pattern_t *pattern;
    uint32_t sub;
} pattern_property_t;

/* properties, patternProperties, additionalProperties, required, minProperties, maxProperties: one walk over the members. */
typedef struct {
    property_t *properties;
    size_t property_count, required_count;
    pattern_property_t *patterns;
    size_t pattern_count;
    uint32_t additional; /* SUB_NONE: anything */
    int64_t min, max;
} object_rule_t;

/* prefixItems, items, contains, …: one walk over the items. */
typedef struct {
    uint32_t *prefix;
    size_t prefix_count;
    uint32_t items;    /* SUB_NONE: anything */
    uint32_t contains; /* SUB_NONE: not asked */
    int64_t min, max, min_contains, max_contains;
    bool unique;
} array_rule_t;

typedef struct {
    const char *member;
    const char **needs; /* dependentRequired */
    size_t need_count;
    uint32_t sub; /* dependentSchemas, else SUB_NONE */
} dependent_t;

typedef enum {
    OP_TYPE,   /* mask */
    OP_CONST,  /* node */
    OP_ENUM,   /* node: the array */
    OP_OBJECT,
    OP_ARRAY,
    OP_MINIMUM, /* real */
    OP_MAXIMUM,
    OP_ABOVE,
    OP_BELOW,
    OP_MULTIPLE,
    OP_MIN_LENGTH, /* count */
    OP_MAX_LENGTH,
    OP_PATTERN,
    OP_FORMAT,
    OP_REF,    /* subs[0] */
    OP_ALL_OF, /* subs */
    OP_ANY_OF,
    OP_ONE_OF,
    OP_NOT,    /* subs[0] */
    OP_IF,     /* subs: if, then, else; SUB_NONE where absent */
    OP_DEPENDENT
} op_kind_t;

enum { TYPE_NULL = 1, TYPE_BOOLEAN = 2, TYPE_INTEGER = 4, TYPE_NUMBER = 8, TYPE_STRING = 16, TYPE_ARRAY = 32, TYPE_OBJECT = 64 };

typedef struct {
    op_kind_t kind;
    uint32_t count; /* of subs or dependents; or the type mask */
    union {
        const json_node_t *node;
        object_rule_t *object;
        array_rule_t *array;
        double real;
        int64_t length;
        struct {
            pattern_t *compiled;
            const char *source;
        } pattern;
        const format_t *format;
        uint32_t *subs;
        dependent_t *dependents;
    } v;
} op_t;

typedef struct {
    const json_node_t *node; /* its text in the tree */
    const char *pointer;
    size_t first, count; /* in ops */
    bool never;          /* the schema `false` */
} sub_t;

struct schema {
    char *name;
    unsigned flags;
    json_t *tree;
    arena_t *arena;
    sub_t *subs; /* subs[0] is the root */
    size_t sub_count, sub_cap;
    op_t *ops;
    size_t op_count, op_cap;
    pattern_t **patterns; /* all, to be freed */
    size_t pattern_count, pattern_cap;
};

bool schema_equal(const json_node_t *a, const json_node_t *b);
/* uniqueItems: the index of the first item that repeats an earlier one, or -1. */
int64_t schema_first_repeated(const json_node_t *array);
const format_t *schema_format(const char *name); /* NULL: unknown */

#endif
