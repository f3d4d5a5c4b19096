/* SPDX-License-Identifier: Apache-2.0 */
#include "route.h"

#include "intake_store_person.h"

#include <string.h>

#define ROUNDS 8 /* whom a record is moved to may have been split again */

struct routes {
    uuid_map_t *people;
};

routes_t *
routes_new(void)
{
    routes_t *self = mem_new(routes_t);

    self->people = uuid_map_new();
    return self;
}

void
routes_destroy(routes_t **self_p)
{
    if (*self_p == NULL)
        return;
    uuid_map_destroy(&(*self_p)->people);
    mem_free(*self_p);
    *self_p = NULL;
}

void
routes_add(routes_t *self, const uuid_t *person)
{
    uuid_map_put(self->people, person, self);
}

static void
on_person(void *ctx, const uuid_t *person)
{
    routes_add(ctx, person);
}

bool
routes_load(routes_t *self, db_tx_t *tx, err_t *err)
{
    uuid_map_destroy(&self->people);
    self->people = uuid_map_new();
    return store_route_persons(tx, on_person, self, err);
}

typedef struct {
    batch_t *batch;
    bool again; /* somebody has changed */
    bool moved;
} applying_t;

static bool
is_named(const batch_person_t *p)
{
    return p->needed || p->sought;
}

static void
route_all(applying_t *a, const store_route_t *r)
{
    for (size_t i = 0; i < a->batch->person_count; i++) {
        batch_person_t *p = &a->batch->persons[i];

        if (!is_named(p) || !uuid_eq(&p->pseudonym, &r->person))
            continue;
        p->pseudonym = r->to;
        p->routed = a->again = a->moved = true;
    }
}

static void
route_record(applying_t *a, const store_route_t *r)
{
    batch_t *b = a->batch;

    for (size_t i = 0; i < b->count; i++) {
        const batch_record_t *record = &b->records[i];

        if ((record->state != RECORD_PUT && record->state != RECORD_RETRACT) || !uuid_eq(&record->key, &r->key))
            continue;
        for (uint32_t p = 0; p < b->person_count; p++)
            if (is_named(&b->persons[p]) && uuid_eq(&b->persons[p].pseudonym, &r->person)) {
                batch_move_person(b, i, p, &r->to);
                a->again = a->moved = true;
                break;
            }
        return;
    }
}

static void
on_route(void *ctx, const store_route_t *r)
{
    if (uuid_is_nil(&r->key))
        route_all(ctx, r);
    else
        route_record(ctx, r);
}

/* Whole datasets come after single records, so that what was said of a record stands. */
typedef struct {
    store_route_t *rows;
    size_t count, cap;
} rows_t;

static void
keep_route(void *ctx, const store_route_t *r)
{
    rows_t *rows = ctx;

    rows->rows = mem_grow(rows->rows, &rows->cap, rows->count + 1, sizeof(*rows->rows));
    rows->rows[rows->count++] = *r;
}

static bool
one_round(applying_t *a, db_tx_t *tx, const uuid_t *ids, size_t n, err_t *err)
{
    rows_t rows = { .count = 0 };
    bool ok = store_route_rows(tx, ids, n, a->batch->dataset, keep_route, &rows, err);

    for (int all = 0; ok && all < 2; all++)
        for (size_t i = rows.count; i-- > 0;) /* the last word counts: who has moved is not met again */
            if (uuid_is_nil(&rows.rows[i].key) == (all == 1))
                on_route(a, &rows.rows[i]);
    mem_free(rows.rows);
    return ok;
}

bool
routes_apply(const routes_t *self, db_tx_t *tx, batch_t *batch, err_t *err)
{
    applying_t a = { .batch = batch, .again = uuid_map_count(self->people) > 0 };

    for (int round = 0; round < ROUNDS && a.again; round++) {
        AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, batch->person_count + 1);
        size_t n = 0;

        a.again = false;
        for (size_t i = 0; i < batch->person_count; i++)
            if (is_named(&batch->persons[i]) && uuid_map_get(self->people, &batch->persons[i].pseudonym) != NULL)
                ids[n++] = batch->persons[i].pseudonym;
        if (n > 0 && !one_round(&a, tx, ids, n, err))
            return false;
    }
    if (a.moved)
        batch_take_seals(batch);
    return true;
}
