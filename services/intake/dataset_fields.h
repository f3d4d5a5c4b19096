/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_DATASET_FIELDS_H
#define INTAKE_DATASET_FIELDS_H

/* What a dataset's schema says of its fields: the YAML half is checked against it while it is compiled. */

#include "config/yaml_doc.h"
#include "dataset.h"
#include "json/json_in.h"

enum {
    FIELD_TEXT = 1 << 0,
    FIELD_MONEY = 1 << 1,
    FIELD_DATE = 1 << 2,
    FIELD_MONTH = 1 << 3,
    FIELD_RESIDENT_ID = 1 << 4,
    FIELD_REGION = 1 << 5,
    FIELD_NUMBER = 1 << 6,
    FIELD_BOOL = 1 << 7,
    FIELD_LIST = 1 << 8,
    FIELD_OBJECT = 1 << 9,
    FIELD_CHOICE = 1 << 10 /* text out of an enum */
};

typedef struct {
    const char *name; /* top-level member, or member of a list's objects */
    const char *list; /* NULL, or the list that holds the objects */
    unsigned kind;
    unsigned item; /* kind of a list's items */
    bool pii;      /* x-pii here or on the items */
    const json_node_t *choices; /* FIELD_CHOICE: the enum, in the schema's tree */
} field_t;

typedef struct {
    const yaml_doc_t *doc;
    dataset_t *self;
    field_t *fields;
    size_t field_count, field_cap;
    err_t *err;
} loader_t;

void fields_collect(loader_t *l);
const field_t *field_find(const loader_t *l, const char *list, const char *name);
/* The field that scalar `n` names, which must be one of `kinds`; complains at n's place. */
bool field_take(loader_t *l, const yaml_node_t *n, unsigned kinds, const char **ret) NODISCARD;
/* The path that scalar `n` spells: "field", "list[]" or "list[].member"; its end must be one of `kinds`. */
bool field_take_path(loader_t *l, const yaml_node_t *n, unsigned kinds, dataset_path_t *ret) NODISCARD;
/* A list of fields (a lone scalar is a list of one). */
bool field_take_list(loader_t *l, const yaml_node_t *n, unsigned kinds, const char ***ret, size_t *ret_n) NODISCARD;

/* The place of a person, which `persons` has declared: a resident ID, or a field that other documents stand for. */
bool field_take_person(loader_t *l, const yaml_node_t *n, dataset_path_t *ret) NODISCARD;
/* Which of the fields is a declared person's place; SIZE_MAX: none. */
size_t fields_person(const dataset_t *dataset, const char *const *fields, size_t n);

/* Who the record is about (dataset_load_persons.c). */
bool loader_persons(loader_t *l, const yaml_node_t *root) NODISCARD;
/* The facts part of the YAML (dataset_load_facts.c). */
bool loader_facts(loader_t *l, const yaml_node_t *n) NODISCARD;
/* After all else: whom the key names. */
void loader_key_names(dataset_t *self);

#endif
