/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SCHEMA_PATTERN_PROGRAM_H
#define COMMON_SCHEMA_PATTERN_PROGRAM_H

/* A compiled pattern: instructions of a non-deterministic automaton.  Jumps are relative, so that a repeated part is a
 * copy of its instructions. */

#include "base/str.h"
#include "schema/pattern.h"

typedef enum {
    PATTERN_CHAR,  /* one code point: a */
    PATTERN_CLASS, /* one code point in class a */
    PATTERN_SPLIT, /* go on at +a and at +b */
    PATTERN_JUMP,  /* go on at +a */
    PATTERN_BEGIN, /* only at the text's begin */
    PATTERN_END,   /* only at the text's end */
    PATTERN_MATCH
} pattern_op_t;

typedef struct {
    pattern_op_t op;
    int32_t a, b;
} pattern_step_t;

typedef struct {
    uint32_t from, to;
} pattern_range_t;

typedef struct {
    pattern_range_t *ranges;
    size_t count, cap;
    bool negated;
} pattern_class_t;

struct pattern {
    pattern_step_t *steps;
    size_t count, cap;
    pattern_class_t *classes;
    size_t class_count, class_cap;
};

#define PATTERN_CODE_POINT_MAX 0x10ffffu

/* Reads one code point of valid UTF-8 and moves *at behind it. */
uint32_t pattern_next(const char **at);

void pattern_class_add(pattern_class_t *self, uint32_t from, uint32_t to);
/* Adds the set of \d \D \w \W \s \S; false when `letter` is none of them. */
bool pattern_class_add_escape(pattern_class_t *self, char letter);
void pattern_class_add_dot(pattern_class_t *self);
bool pattern_class_has(const pattern_class_t *self, uint32_t c);

#endif
