/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_DATASET_H
#define INTAKE_DATASET_H

/* A dataset as compiled from its two files: the YAML that README.md documents, and its JSON Schema.  Read-only after
 * load. Everything lives in the dataset's arena. */

#include "base/err.h"
#include "base/mem.h"
#include "domain/document.h"
#include "schema/schema.h"
#include <stdint.h>

/* Where something stands in a record: "field", "list[]" or "list[].member". */
typedef struct {
    const char *field;
    const char *member; /* NULL unless "list[].member" */
    bool list;
} dataset_path_t;

/* One way of saying who somebody is: the number of a document.  Fields stand beside the person's place: in the same item of
 * a list, or in the record itself. */
typedef struct {
    const char *number;
    document_kind_t kind; /* where `type` and `own` are NULL */
    const char *type;     /* a field whose values are kinds of documents, or NULL */
    const char *issuer;   /* a field with the country of a passport, or NULL */
    const char *own;      /* the department's register whose numbers these are, or NULL */
} dataset_way_t;

/* The ways of one person's place, best first; of several that are there the first one counts. */
typedef struct {
    dataset_way_t *ways;
    size_t count; /* 0: the resident ID that stands in the place, nothing else */
    bool same;    /* the record states that all those that are there are of one person */
} dataset_ways_t;

bool dataset_path_eq(const dataset_path_t *a, const dataset_path_t *b);

typedef struct {
    const char *field;
    const char **values;
    size_t count; /* 0: whatever it says, if it is there */
} dataset_when_t;

typedef enum { DATE_DAY, DATE_DAY_AFTER, DATE_MONTH, DATE_MONTH_AFTER } dataset_date_op_t;
typedef struct {
    dataset_date_op_t op;
    const char *field;
} dataset_date_t;
typedef struct {
    dataset_date_t *items;
    size_t count;  /* 0: none, the period is open */
    bool earliest; /* of those that are present; else the first that is present */
} dataset_when_date_t;

typedef enum { VALUE_NONE, VALUE_MONEY, VALUE_NUMBER, VALUE_DECIMAL, VALUE_CONSTANT } dataset_value_t;

typedef struct {
    dataset_when_t *when;
    size_t when_count;
    const char *household; /* field of the holder's household number, or NULL */
    const char *place;     /* field of the region that holds the fact, or NULL; both NULL: a person holds it */
    dataset_path_t person; /* with `list`: the list's only item, or `each` */
    bool each;             /* everybody in the list holds a fact of their own */
    const char *kind;      /* may hold {field} */
    dataset_when_date_t from, to;
    dataset_value_t value_kind;
    int64_t digits;   /* VALUE_DECIMAL: after the point; "3.5" with 2 is 350 */
    int64_t constant; /* VALUE_CONSTANT */
    const char *value, *code;
    bool has_persons;
    dataset_path_t persons;
    const char *ref_dataset; /* or NULL */
    const char **ref_key;
    size_t ref_count, ref_person; /* ref_person: which of them is a person's place, SIZE_MAX: none */
} dataset_fact_t;

/* Personal data that goes to the vault, per person. */
typedef struct {
    dataset_path_t person;
    bool has_name, has_phone, has_address;
    dataset_path_t name, phone, address;
} dataset_sealed_t;

typedef enum { RULE_ORDERED, RULE_AT_MOST_ONE, RULE_DISTINCT } dataset_rule_kind_t;
typedef struct {
    dataset_rule_kind_t kind;
    const char **fields; /* RULE_ORDERED: dates or months, each not after the next; RULE_DISTINCT: or resident ids */
    size_t count;
    bool months;
    dataset_path_t path; /* RULE_AT_MOST_ONE: list and member; RULE_DISTINCT: where the resident ids stand */
    const char *value;   /* RULE_AT_MOST_ONE */
} dataset_rule_t;

typedef struct {
    const char *number, *region, *area, *effective, *closed /* or NULL */, *members, *person, *relation;
    const char *sex, *born; /* of who has no resident ID to tell them; or NULL */
} dataset_household_t;

/* The one holder whom a record's key names. */
typedef enum { KEY_NAMES_NOBODY, KEY_NAMES_PERSON, KEY_NAMES_HOUSEHOLD, KEY_NAMES_PLACE } dataset_key_names_t;

typedef struct {
    const char *name;
    bool month;
} dataset_field_date_t;

typedef struct dataset {
    arena_t *arena;
    const char *name, *owner, *title_zh, *title_en, *legal_basis, *rhythm;
    bool authorisation; /* the person must have authorised the check */
    schema_t *schema;
    const char **key;
    size_t key_count, key_person; /* key_person: which of them is a person's place, SIZE_MAX: none */
    /* All that a record says is of one holder, who stands in this field of the key: whose a record of this key is never changes. */
    dataset_key_names_t key_names;
    const char *key_holder, *key_names_text; /* the field; "person:field" and so on, of at most 64 bytes */
    dataset_path_t *persons;
    dataset_ways_t *ways; /* one for each of persons; NULL: everywhere resident IDs only */
    size_t person_count;
    bool links; /* some place states that two identities are one person */
    dataset_sealed_t *sealed;
    size_t sealed_count;
    dataset_field_date_t *dates; /* all dates and months that must not lie after today */
    size_t date_count;
    const char **money; /* all amounts; none may be negative */
    size_t money_count;
    const char *total; /* what `declared.total` sums, or NULL */
    bool snapshot;     /* whole lists are taken */
    int64_t max_shrink_percent;
    dataset_rule_t *rules;
    size_t rule_count;
    dataset_fact_t *facts;
    size_t fact_count;
    dataset_household_t *household; /* or NULL */
} dataset_t;

/* Compiles one pair; every mistake is ERR_CONFIG "file:line:col: …". */
bool dataset_load(const char *yaml_path, const char *schema_path, dataset_t **ret, err_t *err) NODISCARD;
/* Of a YAML text: for tests. */
bool dataset_parse(const char *name, const char *yaml, size_t n, const char *schema_path, dataset_t **ret,
                   err_t *err) NODISCARD;
void dataset_destroy(dataset_t **self_p);

typedef struct catalogue catalogue_t;
/* Every <name>.yaml of `dir` with `schema_dir`/<name>.schema.json. */
bool catalogue_load(const char *dir, const char *schema_dir, catalogue_t **ret, err_t *err) NODISCARD;
void catalogue_destroy(catalogue_t **self_p);
const dataset_t *catalogue_find(const catalogue_t *self, const char *name);
size_t catalogue_count(const catalogue_t *self);
const dataset_t *catalogue_at(const catalogue_t *self, size_t i); /* in order of names */
void catalogue_names(const catalogue_t *self, const char *owner, str_t *ret); /* "a, b, c" */

#endif
