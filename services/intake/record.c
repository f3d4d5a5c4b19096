/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "domain/date.h"
#include "domain/money.h"
#include "domain/resident_id.h"

#include <stdio.h>
#include <string.h>

typedef bool (*each_place_fn)(void *ctx, size_t place, size_t item, const json_node_t *container, err_t *err);

bool
record_reject(err_t *err, const char *code, const dataset_path_t *path, size_t item, const char *message)
{
    (void) err_set(err, ERR_REJECT, code, "%s", message);
    if (path->member != NULL)
        (void) snprintf(err->pointer, sizeof(err->pointer), "/%s/%zu/%s", path->field, item, path->member);
    else if (path->list)
        (void) snprintf(err->pointer, sizeof(err->pointer), "/%s/%zu", path->field, item);
    else
        (void) snprintf(err->pointer, sizeof(err->pointer), "/%s", path->field);
    return false;
}

/* Visits each place in which somebody may stand; `container`: what its fields are in. */
static bool
each_place(const dataset_t *d, const json_node_t *root, each_place_fn fn, void *ctx, err_t *err)
{
    for (size_t p = 0; p < d->person_count; p++) {
        const dataset_path_t *path = &d->persons[p];
        const json_node_t *top;
        size_t item = 0;

        if (!path->list) {
            if (!fn(ctx, p, 0, root, err))
                return false;
            continue;
        }
        top = json_get(root, path->field);
        if (top == NULL || json_kind(top) != JSON_ARRAY)
            continue;
        for (const json_node_t *n = json_first(top); n != NULL; n = json_next(n), item++)
            if (!fn(ctx, p, item, n, err))
                return false;
    }
    return true;
}

static const json_node_t *
in_place(const dataset_path_t *path, const json_node_t *container)
{
    const char *name = path->list ? path->member : path->field;

    return name == NULL ? container : json_kind(container) == JSON_OBJECT ? json_get(container, name) : NULL;
}

const json_node_t *
record_person_node(const dataset_t *dataset, const dataset_path_t *path, const json_node_t *container)
{
    const json_node_t *n = in_place(path, container);

    if (n != NULL || dataset->ways == NULL || json_kind(container) != JSON_OBJECT)
        return n;
    for (size_t p = 0; p < dataset->person_count; p++) {
        if (!dataset_path_eq(&dataset->persons[p], path))
            continue;
        for (size_t w = 0; w < dataset->ways[p].count && n == NULL; w++)
            n = json_get(container, dataset->ways[p].ways[w].number);
    }
    return n;
}

/* After the schema refused: when the culprit is a resident ID, says what is wrong with it. */
typedef struct {
    const dataset_t *dataset;
    const char *pointer;
    err_t *better;
    bool found;
} explain_t;

static bool
explain_id(void *ctx, size_t place, size_t item, const json_node_t *container, err_t *err)
{
    explain_t *e = ctx;
    const dataset_path_t *path = &e->dataset->persons[place];
    const json_node_t *node = in_place(path, container);
    const char *text = node != NULL && json_kind(node) == JSON_STRING ? json_text(node) : NULL;
    resident_id_t id;
    err_t where;

    (void) err;
    if (e->dataset->ways != NULL && e->dataset->ways[place].count > 0 &&
        (e->dataset->ways[place].ways[0].kind != DOCUMENT_RESIDENT_ID || e->dataset->ways[place].ways[0].type != NULL ||
         e->dataset->ways[place].ways[0].own != NULL))
        return true;
    err_clear(&where);
    (void) record_reject(&where, "bad_data", path, item, "");
    if (text == NULL || strcmp(where.pointer, e->pointer) != 0 || resident_id_parse(text, strlen(text), &id, e->better))
        return true;
    memcpy(e->better->pointer, where.pointer, sizeof(where.pointer));
    e->found = true;
    return false;
}

static bool
explain_schema_error(const dataset_t *d, const json_node_t *root, err_t *err)
{
    err_t better;
    explain_t e = { .dataset = d, .pointer = err->pointer, .better = &better };

    err_clear(&better);
    if (json_kind(root) == JSON_OBJECT && !each_place(d, root, explain_id, &e, NULL) && e.found)
        *err = better;
    return false;
}

typedef struct {
    batch_t *batch;
    record_people_t *people;
} gather_t;

/* A field's text; a rejection at its place otherwise. */
static const char *
number_at(const dataset_path_t *path, size_t item, const json_node_t *node, err_t *err)
{
    const char *text = json_kind(node) == JSON_STRING ? json_text(node) : NULL;

    if (text == NULL)
        (void) record_reject(err, "bad_data", path, item, "the number of a document is text");
    return text;
}

/* What was wrong with the number, at its place. */
static bool
refuse_number(err_t *err, const dataset_path_t *path, size_t item)
{
    err_t where = { 0 };

    (void) record_reject(&where, "bad_data", path, item, "");
    memcpy(err->pointer, where.pointer, sizeof(where.pointer));
    return false;
}

static bool
gather_resident(gather_t *g, const dataset_path_t *path, size_t item, const char *text, uint32_t *ret, err_t *err)
{
    resident_id_t id;

    if (!resident_id_parse(text, strlen(text), &id, err))
        return refuse_number(err, path, item);
    if (id.born > g->batch->today)
        return record_reject(err, "birth_future", path, item, "the birth date in this resident ID lies in the future");
    *ret = batch_person(g->batch, id.text, id.born, id.male);
    mem_wipe(&id, sizeof(id));
    return true;
}

static bool
gather_person(gather_t *g, const dataset_path_t *path, size_t item, const json_node_t *node, uint32_t person, err_t *err)
{
    if (g->people->count == RECORD_PERSONS_MAX)
        return record_reject(err, "bad_data", path, item, "one record names more than 256 people");
    g->people->node[g->people->count] = node;
    g->people->person[g->people->count] = person;
    g->people->count++;
    return true;
}

static bool
gather_way(gather_t *g, const dataset_way_t *way, const dataset_path_t *path, size_t item, const json_node_t *container,
           uint32_t *ret, err_t *err)
{
    const json_node_t *type = way->type != NULL ? json_get(container, way->type) : NULL;
    const char *text = number_at(path, item, json_get(container, way->number), err), *issuer = NULL;
    document_kind_t kind = way->kind;
    char identity[DOCUMENT_IDENTITY_SIZE];
    bool ok;

    if (text == NULL)
        return false;
    if (type != NULL && (json_text(type) == NULL || !document_kind_of(json_text(type), &kind)))
        return record_reject(err, "bad_data", path, item, "this kind of document is not known"); /* none told: a resident ID */
    if (way->own == NULL && kind == DOCUMENT_RESIDENT_ID)
        return gather_resident(g, path, item, text, ret, err);
    if (way->issuer != NULL && json_get(container, way->issuer) != NULL)
        issuer = json_text(json_get(container, way->issuer));
    ok = way->own != NULL ? document_own(g->batch->dataset->owner, way->own, text, strlen(text), identity, err)
                          : document_identity(kind, issuer, text, strlen(text), identity, err);
    if (!ok)
        return refuse_number(err, path, item);
    if (!document_is_provisional(identity))
        return gather_resident(g, path, item, identity, ret, err);
    *ret = batch_person(g->batch, identity, DATE_OPEN, false);
    mem_wipe(identity, sizeof(identity));
    return true;
}

/* The first way that is there tells who it is.  The others are read only where the dataset states that they are the same. */
static bool
gather_ways(gather_t *g, size_t place, size_t item, const json_node_t *container, err_t *err)
{
    const dataset_ways_t *ways = &g->batch->dataset->ways[place];
    uint32_t first = 0, person;
    bool found = false;

    for (size_t w = 0; w < ways->count && (!found || ways->same); w++) {
        dataset_path_t path = g->batch->dataset->persons[place];
        const json_node_t *node = json_get(container, ways->ways[w].number);

        if (node == NULL)
            continue;
        if (path.list)
            path.member = ways->ways[w].number;
        else
            path.field = ways->ways[w].number;
        if (!gather_way(g, &ways->ways[w], &path, item, container, &person, err))
            return false;
        if (found) {
            batch_link(g->batch, person, first);
            continue;
        }
        if (!gather_person(g, &path, item, node, person, err))
            return false;
        first = person;
        found = true;
    }
    return true;
}

static bool
gather_place(void *ctx, size_t place, size_t item, const json_node_t *container, err_t *err)
{
    gather_t *g = ctx;
    const dataset_t *d = g->batch->dataset;
    const dataset_path_t *path = &d->persons[place];
    const json_node_t *node;
    const char *text;
    uint32_t person;

    if (d->ways != NULL && d->ways[place].count > 0)
        return gather_ways(g, place, item, container, err);
    node = in_place(path, container);
    if (node == NULL)
        return true;
    text = number_at(path, item, node, err);
    return text != NULL && gather_resident(g, path, item, text, &person, err) && gather_person(g, path, item, node, person, err);
}

uint32_t
record_person_at(const record_people_t *people, const json_node_t *node)
{
    size_t i = 0;

    while (i < people->count && people->node[i] != node)
        i++;
    REQUIRE(i < people->count);
    return people->person[i];
}

slice_t
record_key_value(const batch_t *batch, const json_node_t *root, const record_people_t *people, const char *field)
{
    const json_node_t *n = record_person_node(batch->dataset, &(dataset_path_t){ .field = field }, root);

    if (n == NULL || json_kind(n) != JSON_STRING)
        return (slice_t){ NULL, 0 };
    for (size_t i = 0; i < people->count; i++)
        if (people->node[i] == n)
            return slice_of(batch_identity(&batch->persons[people->person[i]]));
    return slice_of(json_text(n));
}

static bool
take_key(batch_t *batch, batch_record_t *r, const json_node_t *root, const record_people_t *people, err_t *err)
{
    const dataset_t *d = batch->dataset;
    slice_t *values = arena_new_array(batch->arena, slice_t, d->key_count);

    for (size_t i = 0; i < d->key_count; i++) {
        values[i] = record_key_value(batch, root, people, d->key[i]);
        if (values[i].ptr == NULL)
            return record_reject(err, "bad_data", &(dataset_path_t){ .field = d->key[i] }, 0,
                                 "this field is part of the record's key and is missing");
    }
    vault_record_key(batch->vault, d->name, values, d->key_count, d->key_person, &r->key);
    r->has_key = true;
    return true;
}

static const char *
sealed_text(const dataset_path_t *path, bool has, const json_node_t *root, const json_node_t *item)
{
    const json_node_t *n;

    if (!has)
        return NULL;
    n = path->list ? json_get(item, path->member) : json_get(root, path->field);
    return n != NULL && json_kind(n) == JSON_STRING ? json_text(n) : NULL;
}

static void
seal_one(batch_t *batch, const dataset_sealed_t *s, const json_node_t *root, const json_node_t *item,
         const json_node_t *id, const record_people_t *people)
{
    if (id != NULL)
        batch_seal(batch, record_person_at(people, id), sealed_text(&s->name, s->has_name, root, item),
                   sealed_text(&s->phone, s->has_phone, root, item),
                   sealed_text(&s->address, s->has_address, root, item));
}

static void
take_sealed(batch_t *batch, const json_node_t *root, const record_people_t *people)
{
    const dataset_t *d = batch->dataset;

    for (size_t i = 0; i < d->sealed_count; i++) {
        const dataset_sealed_t *s = &d->sealed[i];

        if (!s->person.list) {
            seal_one(batch, s, root, NULL, record_person_node(d, &s->person, root), people);
            continue;
        }
        for (const json_node_t *n = json_first(json_get(root, s->person.field)); n != NULL; n = json_next(n))
            seal_one(batch, s, root, n, record_person_node(d, &s->person, n), people);
    }
}

bool
record_total(const dataset_t *dataset, const json_node_t *root, int64_t *ret_fen)
{
    const json_node_t *n = dataset->total && json_kind(root) == JSON_OBJECT ? json_get(root, dataset->total) : NULL;
    const char *text = n != NULL && json_kind(n) == JSON_STRING ? json_text(n) : NULL;

    return text != NULL && money_parse(text, strlen(text), ret_fen);
}

bool
record_take(batch_t *batch, size_t index, const json_node_t *root, err_t *err)
{
    const dataset_t *d = batch->dataset;
    batch_record_t *r = &batch->records[index];
    record_people_t *people = batch->people;
    gather_t g = { .batch = batch, .people = people };

    people->count = 0;
    if (!schema_validate(d->schema, root, err))
        return explain_schema_error(d, root, err);
    if (!each_place(d, root, gather_place, &g, err))
        return false;
    if (!take_key(batch, r, root, people, err))
        return false;
    if (json_is_true(json_get(root, "retracted"))) {
        r->state = RECORD_RETRACT;
        record_write_retract(batch, root, people, index, &r->key);
        return true;
    }
    if (!record_check_rules(batch, root, people, err))
        return false;
    take_sealed(batch, root, people);
    return record_write_facts(batch, root, people, index, &r->key, err);
}
