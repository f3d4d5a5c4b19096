/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_EXPLAIN_SHEET_H
#define CLI_EXPLAIN_SHEET_H

/* The parts of an explanation's sheet, shared by explain_*.c only. */

#include "cli.h"

typedef struct {
    const json_node_t *root; /* the explanation */
    bool zh;                 /* else English */
    bool all;                /* every category, every record */
    str_t *out;
    str_t *told; /* names of the values whose sum stands on the sheet already, each between blanks */
} sheet_t;

/* ---- explain_write.c: words, widths, numbers --------------------------------------------------------------------- */

/* Either may be a format, so both are checked like one. */
const char *sheet_word(const sheet_t *s, const char *en, const char *zh) __attribute__((format_arg(2), format_arg(3)));
const char *sheet_text(const json_node_t *object, const char *key); /* "" when absent */
bool sheet_is(const json_node_t *object, const char *key, const char *value);
int64_t sheet_count(const json_node_t *object, const char *key); /* 0 when absent */
/* A label in the reader's language, or what stands in for it. */
const char *sheet_label(const sheet_t *s, const json_node_t *object, const char *key, const char *otherwise);
const char *sheet_department(const sheet_t *s, const char *department);
const char *sheet_kind(const sheet_t *s, const char *kind); /* of a finding */
void sheet_indent(const sheet_t *s, unsigned depth);
/* From the column where the line stands up to `column`, at least one blank. */
void sheet_to_column(const sheet_t *s, size_t column);
void sheet_right(const sheet_t *s, const char *text, size_t width);
/* "7204.78" → "7,204.78", everywhere in the text; formulas in the reader's language. */
void sheet_number(const sheet_t *s, const char *text, str_t *ret);
void sheet_add_number(const sheet_t *s, const char *text);
/* "2024-05-01 … 2024-05-31": members from and to (exclusive) with the last day; one day stands alone. */
void sheet_add_term(const sheet_t *s, const json_node_t *object);
const char *sheet_confidence(const sheet_t *s, const char *confidence);
/* ", spouse 2": of whom, when there is more than one member; of a supporter always. */
void sheet_add_relation(const sheet_t *s, const json_node_t *object);

/* ---- explain_sum.c: what adds up to a value ---------------------------------------------------------------------- */

/* The sum, or the formula with its numbers, behind a side of a comparison, and the numbers of the law that it uses. */
void sheet_side(const sheet_t *s, const json_node_t *side, unsigned depth);
/* The numbers of the law that a formula names: value, from when, clause, how sure. */
void sheet_parameters(const sheet_t *s, const char *formula, unsigned depth);
/* "hrss.wages 2023-07 … 2024-02, 8 records": where facts come from. */
void sheet_sources(const sheet_t *s, const json_node_t *facts, const json_node_t *window, unsigned depth);

/* ---- explain_category.c ------------------------------------------------------------------------------------------ */

/* Does this category get a part of its own on the sheet? */
bool sheet_is_worth_telling(const sheet_t *s, const json_node_t *category);
void sheet_category(const sheet_t *s, const json_node_t *category);
/* What is missing, by the department that has it. */
void sheet_missing(const sheet_t *s, const json_node_t *category, unsigned depth);

/* ---- explain_supporter.c ----------------------------------------------------------------------------------------- */

void sheet_supporters(const sheet_t *s);

/* ---- explain_change.c -------------------------------------------------------------------------------------------- */

void sheet_changed(const sheet_t *s);

#endif
