/* SPDX-License-Identifier: Apache-2.0 */
#include "dataset_fields.h"

#include <string.h>

#define WAYS_MAX 8

bool
dataset_path_eq(const dataset_path_t *a, const dataset_path_t *b)
{
    if (a->list != b->list || (a->member == NULL) != (b->member == NULL) || strcmp(a->field, b->field) != 0)
        return false;
    return a->member == NULL || strcmp(a->member, b->member) == 0;
}

bool
field_take_person(loader_t *l, const yaml_node_t *n, dataset_path_t *ret)
{
    if (!field_take_path(l, n, FIELD_RESIDENT_ID | FIELD_TEXT, ret))
        return false;
    for (size_t i = 0; i < l->self->person_count; i++)
        if (dataset_path_eq(&l->self->persons[i], ret))
            return true;
    return yaml_fail(l->doc, n, l->err, "persons does not list \"%.60s\"", yaml_text(n));
}

size_t
fields_person(const dataset_t *dataset, const char *const *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < dataset->person_count; p++)
            if (!dataset->persons[p].list && strcmp(dataset->persons[p].field, fields[i]) == 0)
                return i;
    return SIZE_MAX;
}

/* A field beside the place `at`: of the same item, or of the record. */
static bool
take_beside(loader_t *l, const yaml_node_t *map, const char *key, unsigned kinds, const dataset_path_t *at, const char **ret)
{
    const yaml_node_t *n = yaml_get(map, key);
    dataset_path_t path;

    if (n == NULL)
        return true;
    if (!field_take_path(l, n, kinds, &path))
        return false;
    if (path.list != (at->member != NULL) || (path.list && (path.member == NULL || strcmp(path.field, at->field) != 0)))
        return yaml_fail(l->doc, n, l->err, "\"%.60s\" does not stand beside the person's place", yaml_text(n));
    *ret = path.list ? path.member : path.field;
    return true;
}

static const field_t *
beside(const loader_t *l, const dataset_path_t *at, const char *name)
{
    return field_find(l, at->member != NULL ? at->field : NULL, name);
}

/* What a type field may say are kinds of documents; and a passport needs its country. */
static bool
check_type(loader_t *l, const yaml_node_t *map, const dataset_way_t *way, const field_t *type)
{
    for (const json_node_t *n = json_first(type->choices); n != NULL; n = json_next(n)) {
        AUTO_STR known = STR_INIT;
        document_kind_t kind;

        if (json_text(n) == NULL || !document_kind_of(json_text(n), &kind)) {
            document_kind_names(&known);
            return yaml_fail(l->doc, map, l->err, "the schema's field \"%.60s\" has a value that is no kind of document; these are: %s",
                             type->name, str_c(&known));
        }
        if (document_needs_issuer(kind) && way->issuer == NULL)
            return yaml_fail(l->doc, map, l->err, "a passport needs its country: issuer: field");
    }
    return true;
}

static bool
load_kind(loader_t *l, const yaml_node_t *map, const dataset_path_t *at, dataset_way_t *way)
{
    const yaml_node_t *kind = yaml_get(map, "kind"), *own = yaml_get(map, "own");
    int said = (kind != NULL) + (own != NULL) + (yaml_get(map, "type") != NULL);
    const char *text;

    if (!take_beside(l, map, "type", FIELD_CHOICE, at, &way->type) || !take_beside(l, map, "issuer", FIELD_TEXT | FIELD_CHOICE, at, &way->issuer))
        return false;
    if (said > 1)
        return yaml_fail(l->doc, map, l->err, "which document it is says one of type, kind and own");
    if (own != NULL) {
        text = yaml_text(own);
        if (text == NULL || text[0] == '\0' || text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0' || strlen(text) > 32)
            return yaml_fail(l->doc, own, l->err, "own names a register of the department: lower-case letters, digits and \"_\", at most 32");
        way->own = arena_strndup(l->self->arena, text, strlen(text));
        return true;
    }
    if (way->type != NULL)
        return check_type(l, map, way, beside(l, at, way->type));
    if (kind != NULL && (yaml_text(kind) == NULL || !document_kind_of(yaml_text(kind), &way->kind))) {
        AUTO_STR known = STR_INIT;

        document_kind_names(&known);
        return yaml_fail(l->doc, kind, l->err, "kind is one of %s", str_c(&known));
    }
    return !document_needs_issuer(way->kind) || way->issuer != NULL ||
           yaml_fail(l->doc, map, l->err, "a passport needs its country: issuer: field");
}

/* `number`: the field, the place itself for the first way. */
static bool
load_way(loader_t *l, const yaml_node_t *map, const dataset_path_t *at, const char *number, dataset_way_t *way)
{
    static const char *const keys[] = { "number", "type", "kind", "own", "issuer", NULL };
    const field_t *f;

    way->number = number;
    way->kind = DOCUMENT_RESIDENT_ID;
    if (number == NULL) {
        if (yaml_kind(map) != YAML_MAP || yaml_get(map, "number") == NULL)
            return yaml_fail(l->doc, map, l->err, "expected { number: field, type: field } or with kind or own in the place of type");
        if (!yaml_check_keys(l->doc, map, keys, l->err) || !take_beside(l, map, "number", FIELD_RESIDENT_ID | FIELD_TEXT, at, &way->number))
            return false;
    }
    if (!load_kind(l, map, at, way))
        return false;
    f = beside(l, at, way->number);
    if (!f->pii)
        return yaml_fail(l->doc, map, l->err, "the schema's field \"%.60s\" tells somebody apart and lacks \"x-pii\": true", f->name);
    if (f->kind == FIELD_RESIDENT_ID ? way->type != NULL || way->own != NULL || way->kind != DOCUMENT_RESIDENT_ID
                                     : way->type == NULL && way->own == NULL && way->kind == DOCUMENT_RESIDENT_ID)
        return yaml_fail(l->doc, map, l->err, "\"%.60s\": a field of format resident-id holds resident IDs, and another one says by type, kind or own what it holds",
                         f->name);
    return true;
}

/* { at: place, type|kind|own, issuer, or: [ways], same: true } */
static bool
load_place(loader_t *l, const yaml_node_t *map, dataset_path_t *at, dataset_ways_t *ret)
{
    static const char *const keys[] = { "at", "type", "kind", "own", "issuer", "or", "same", NULL };
    const yaml_node_t *more = yaml_get(map, "or"), *place = yaml_get(map, "at");
    const bool no = false;

    if (place == NULL)
        return yaml_fail(l->doc, map, l->err, "\"at\" is missing: the place by which the rest of this file names the person");
    if (!yaml_check_keys(l->doc, map, keys, l->err) || !field_take_path(l, place, FIELD_RESIDENT_ID | FIELD_TEXT, at))
        return false;
    if (at->list && at->member == NULL)
        return yaml_fail(l->doc, place, l->err, "a list of bare numbers has no room for another document: make its items objects");
    if (more != NULL && (yaml_kind(more) != YAML_LIST || yaml_count(more) == 0 || yaml_count(more) >= WAYS_MAX))
        return yaml_fail(l->doc, more, l->err, "or is a list of 1 to 7 further ways to say who it is");
    ret->count = 1 + (more != NULL ? yaml_count(more) : 0);
    ret->ways = arena_new_array(l->self->arena, dataset_way_t, ret->count);
    if (!load_way(l, map, at, at->member != NULL ? at->member : at->field, &ret->ways[0]))
        return false;
    for (size_t i = 1; i < ret->count; i++)
        if (!load_way(l, yaml_at(more, i - 1), at, NULL, &ret->ways[i]))
            return false;
    if (!yaml_get_bool(l->doc, map, "same", &no, &ret->same, l->err))
        return false;
    if (ret->same && (yaml_get(yaml_doc_root(l->doc), "snapshot") != NULL || at->member != NULL))
        return yaml_fail(l->doc, map, l->err, "same is for single records that tell of one person, not for whole lists or items of a list");
    l->self->links |= ret->same;
    return !ret->same || ret->count > 1 || yaml_fail(l->doc, map, l->err, "same needs two ways or more");
}

/* Does some place, or way beside it, read this field? */
static bool
is_declared(const dataset_t *d, const field_t *f)
{
    for (size_t p = 0; p < d->person_count; p++) {
        const dataset_path_t *at = &d->persons[p];
        const dataset_ways_t *ways = d->ways != NULL ? &d->ways[p] : NULL;

        if (f->list != NULL ? at->member == NULL || strcmp(at->field, f->list) != 0 : at->member != NULL)
            continue;
        if (strcmp(f->list != NULL ? at->member : at->field, f->name) == 0)
            return true;
        for (size_t w = 0; ways != NULL && w < ways->count; w++)
            if (strcmp(ways->ways[w].number, f->name) == 0)
                return true;
    }
    return false;
}

/* A resident ID that nobody declared would pass the door in plain text or be lost; so each must be declared, and be x-pii. */
static bool
check_personal(loader_t *l, const yaml_node_t *root)
{
    for (size_t i = 0; i < l->field_count; i++) {
        const field_t *f = &l->fields[i];

        if (f->kind != FIELD_RESIDENT_ID && (f->kind != FIELD_LIST || f->item != FIELD_RESIDENT_ID))
            continue;
        if (!f->pii)
            return yaml_fail(l->doc, root, l->err,
                             "the schema's field \"%.60s\" is a resident ID without \"x-pii\": true", f->name);
        if (!is_declared(l->self, f))
            return yaml_fail(l->doc, root, l->err, "persons does not list the resident ID \"%.60s\"", f->name);
    }
    return true;
}

bool
loader_persons(loader_t *l, const yaml_node_t *root)
{
    const yaml_node_t *n = yaml_get(root, "persons");
    dataset_t *self = l->self;

    if (n == NULL)
        return check_personal(l, root);
    if (yaml_kind(n) != YAML_LIST)
        return yaml_fail(l->doc, n, l->err, "persons is a list of the places where people stand");
    self->persons = arena_new_array(self->arena, dataset_path_t, yaml_count(n));
    for (size_t i = 0; i < yaml_count(n); i++) {
        const yaml_node_t *item = yaml_at(n, i);

        if (yaml_kind(item) == YAML_MAP) {
            if (self->ways == NULL)
                self->ways = arena_new_array(self->arena, dataset_ways_t, yaml_count(n));
            if (!load_place(l, item, &self->persons[i], &self->ways[i]))
                return false;
        } else if (!field_take_path(l, item, FIELD_RESIDENT_ID, &self->persons[i])) {
            return false;
        }
        self->person_count++;
    }
    return check_personal(l, root);
}
