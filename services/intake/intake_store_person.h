/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_STORE_PERSON_H
#define INTAKE_INTAKE_STORE_PERSON_H

/* SQL about who is one person with whom, and whose records are somebody else's. */

#include "batch.h"
#include "db/db.h"
#include "same.h"

typedef struct {
    uuid_t person, head; /* head nil: stands alone */
    const char *kind;    /* NULL: a resident ID */
    bool known;          /* false: erased, or never heard of */
    slice_t sealed;      /* {NULL, 0}: nothing */
    int version;
    int64_t updated_us;  /* when it was sealed last */
} store_same_t;
typedef bool (*store_same_fn)(void *ctx, const store_same_t *row, err_t *err);
/* The persons and all who are one with them, by id. */
bool store_same_closure(db_tx_t *tx, const uuid_t *persons, size_t n, store_same_fn fn, void *ctx, err_t *err) NODISCARD;
typedef void (*store_link_fn)(void *ctx, int64_t number, const uuid_t *key, const same_link_t *link);
bool store_same_links(db_tx_t *tx, const uuid_t *persons, size_t n, store_link_fn fn, void *ctx, err_t *err) NODISCARD;
/* heads[i] equal to persons[i] for those who stand alone is for the caller to leave out. */
bool store_same_save(db_tx_t *tx, const uuid_t *persons, const uuid_t *heads, size_t n, err_t *err) NODISCARD;
bool store_same_drop(db_tx_t *tx, const uuid_t *persons, size_t n, err_t *err) NODISCARD;

bool store_links_of_records(db_tx_t *tx, const char *dataset, const uuid_t *keys, size_t n, store_link_fn fn, void *ctx, err_t *err)
    NODISCARD;
bool store_links_delete(db_tx_t *tx, const int64_t *numbers, size_t n, err_t *err) NODISCARD;
/* dataset NULL: stated by a command, keys nil. */
bool store_links_add(db_tx_t *tx, const char *dataset, const uuid_t *keys, const same_link_t *links, size_t n, err_t *err) NODISCARD;
typedef struct {
    bool live, by_command;     /* one that stands; one that stands and was stated by a command */
    int64_t cancelled[64];     /* numbers of those called wrong */
    size_t cancelled_count;
} store_between_t;
bool store_links_between(db_tx_t *tx, const uuid_t *a, const uuid_t *b, store_between_t *ret, err_t *err) NODISCARD;
bool store_links_cancel(db_tx_t *tx, const uuid_t *person, store_link_fn fn, void *ctx, err_t *err) NODISCARD;
bool store_links_forget(db_tx_t *tx, const uuid_t *persons, size_t n, err_t *err) NODISCARD;

typedef void (*store_person_fn)(void *ctx, const uuid_t *person);
bool store_route_persons(db_tx_t *tx, store_person_fn fn, void *ctx, err_t *err) NODISCARD;
typedef struct {
    uuid_t person, to, key; /* key nil: all of the dataset */
} store_route_t;
typedef void (*store_route_fn)(void *ctx, const store_route_t *route);
bool store_route_rows(db_tx_t *tx, const uuid_t *persons, size_t n, const dataset_t *dataset, store_route_fn fn, void *ctx, err_t *err)
    NODISCARD;
/* Item i: a dataset, or a department (the other NULL), and the key of a record of the dataset (nil: all). */
bool store_route_add(db_tx_t *tx, const uuid_t *persons, size_t n, const uuid_t *to, const char *const *datasets,
                     const char *const *departments, const uuid_t *keys, size_t items, err_t *err) NODISCARD;

typedef struct {
    int64_t provisional, merged, split;
} people_count_t;
bool store_people_count(db_tx_t *tx, people_count_t *ret, err_t *err) NODISCARD;

#endif
