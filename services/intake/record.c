/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "domain/date.h"
#include "domain/money.h"
#include "domain/resident_id.h"

#include <stdio.h>
#include <string.h>

typedef bool (*each_id_fn)(void *ctx, const dataset_path_t *path, size_t item, const json_node_t *node, err_t *err);

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

/* Visits each text that stands where the dataset says that resident IDs stand. */
static bool
each_id(const dataset_t *d, const json_node_t *root, each_id_fn fn, void *ctx, err_t *err)
{
    for (size_t p = 0; p < d->person_count; p++) {
        const dataset_path_t *path = &d->persons[p];
        const json_node_t *top = json_get(root, path->field);
        size_t item = 0;

        if (top == NULL)
            continue;
        if (!path->list) {
            if (!fn(ctx, path, 0, top, err))
                return false;
            continue;
        }
        if (json_kind(top) != JSON_ARRAY)
            continue;
        for (const json_node_t *n = json_first(top); n != NULL; n = json_next(n), item++) {
            const json_node_t *id = path->member ? json_get(n, path->member) : n;

            if (id != NULL && !fn(ctx, path, item, id, err))
                return false;
        }
    }
    return true;
}

/* After the schema refused: when the culprit is a resident ID, says what is wrong with it. */
typedef struct {
    const char *pointer;
    err_t *better;
    bool found;
} explain_t;

static bool
explain_id(void *ctx, const dataset_path_t *path, size_t item, const json_node_t *node, err_t *err)
{
    explain_t *e = ctx;
    const char *text = json_kind(node) == JSON_STRING ? json_text(node) : NULL;
    resident_id_t id;
    err_t place;

    (void) err;
    err_clear(&place);
    (void) record_reject(&place, "bad_data", path, item, "");
    if (text == NULL || strcmp(place.pointer, e->pointer) != 0 || resident_id_parse(text, strlen(text), &id, e->better))
        return true;
    memcpy(e->better->pointer, place.pointer, sizeof(place.pointer));
    e->found = true;
    return false;
}

static bool
explain_schema_error(const dataset_t *d, const json_node_t *root, err_t *err)
{
    err_t better;
    explain_t e = { .pointer = err->pointer, .better = &better };

    err_clear(&better);
    if (json_kind(root) == JSON_OBJECT && !each_id(d, root, explain_id, &e, NULL) && e.found)
        *err = better;
    return false;
}

typedef struct {
    batch_t *batch;
    record_people_t *people;
} gather_t;

static bool
gather_id(void *ctx, const dataset_path_t *path, size_t item, const json_node_t *node, err_t *err)
{
    gather_t *g = ctx;
    const char *text = json_text(node);
    resident_id_t id;
    char pointer[sizeof(err->pointer)];

    (void) record_reject(err, "bad_data", path, item, "a resident ID is text");
    if (json_kind(node) != JSON_STRING || text == NULL)
        return false;
    memcpy(pointer, err->pointer, sizeof(pointer));
    if (!resident_id_parse(text, strlen(text), &id, err)) {
        memcpy(err->pointer, pointer, sizeof(pointer));
        return false;
    }
    if (id.born > g->batch->today)
        return record_reject(err, "birth_future", path, item, "the birth date in this resident ID lies in the future");
    if (g->people->count == RECORD_PERSONS_MAX)
        return record_reject(err, "bad_data", path, item, "one record names more than 256 people");
    g->people->node[g->people->count] = node;
    g->people->person[g->people->count] = batch_person(g->batch, id.text, id.born, id.male);
    g->people->count++;
    mem_wipe(&id, sizeof(id));
    return true;
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
    const json_node_t *n = json_get(root, field);

    if (n == NULL || json_kind(n) != JSON_STRING)
        return (slice_t){ NULL, 0 };
    for (size_t i = 0; i < people->count; i++)
        if (people->node[i] == n)
            return slice_of(batch->persons[people->person[i]].document);
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
    vault_record_key(batch->vault, d->name, values, d->key_count, &r->key);
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
        const json_node_t *top = json_get(root, s->person.field);

        if (!s->person.list) {
            seal_one(batch, s, root, NULL, top, people);
            continue;
        }
        for (const json_node_t *n = json_first(top); n != NULL; n = json_next(n))
            seal_one(batch, s, root, n, s->person.member ? json_get(n, s->person.member) : n, people);
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
    if (!each_id(d, root, gather_id, &g, err))
        return false;
    if (!take_key(batch, r, root, people, err))
        return false;
    if (json_is_true(json_get(root, "retracted"))) {
        r->state = RECORD_RETRACT;
        record_write_retract(batch, index, &r->key);
        return true;
    }
    if (!record_check_rules(batch, root, people, err))
        return false;
    take_sealed(batch, root, people);
    return record_write_facts(batch, root, people, index, &r->key, err);
}
