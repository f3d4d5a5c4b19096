/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_READ_H
#define COMPARISON_POLICY_READ_H

/* Reading one entry's attributes into its definition, section by section. */

#include "policy_model.h"

typedef struct {
    policy_t *policy;
    terms_t *terms;
    policy_problems_t *problems;
} reader_t;

/* Each reports what is wrong at its place; `ret` is untouched then. */
const char *read_text(reader_t *r, const policy_attr_t *attr, const char *what); /* NULL when it is no text */
void read_label(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_label_t *ret);
bool read_date(reader_t *r, const policy_source_t *source, const yaml_node_t *node, int32_t *ret);
bool read_unit(reader_t *r, const policy_attr_t *attr, unit_t *ret);
/* One of the words; its index, or SIZE_MAX with a problem reported. */
size_t read_word(reader_t *r, const policy_source_t *source, const yaml_node_t *node, const char *const *words,
                 size_t n);
bool read_confidence(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_confidence_t *ret);
void read_formula(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_formula_t *ret);
/* A definition by the name of a file's text; NULL with a problem reported when there is none of that kind. */
policy_def_t *read_reference_at(reader_t *r, const policy_source_t *source, const yaml_node_t *node,
                                policy_def_kind_t kind, const char *what);
policy_def_t *read_reference(reader_t *r, const policy_attr_t *attr, policy_def_kind_t kind, const char *what);
/* The attribute, or NULL with a problem reported. */
const policy_attr_t *read_required(reader_t *r, const policy_def_t *def, const char *attr);
void read_basis(reader_t *r, policy_def_t *def, bool required);
/* Text items of a list, or the one text. */
size_t read_texts(reader_t *r, const policy_attr_t *attr, const char ***ret);

/* Lower-case letters, digits and _, parts joined by points, and no word of the language. */
bool read_is_name(const char *text);

void read_param(reader_t *r, policy_def_t *def);
/* The numbers of a parameter, from → cells (policy_read_value.c). */
void read_values(reader_t *r, policy_def_t *def, const policy_attr_t *values);
void read_bounds(reader_t *r, policy_def_t *def);
void read_fact(reader_t *r, policy_def_t *def);
void read_category(reader_t *r, policy_def_t *def);
/* What excludes what (policy_read_overlap.c); after categories and facts. */
void read_overlap(reader_t *r, policy_def_t *def);
void read_drawn_kinds(policy_t *policy);
policy_def_t *read_add_def(reader_t *r, policy_def_kind_t kind, const char *name, const policy_entry_t *entry);

#endif
