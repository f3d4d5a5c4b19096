/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_sql.h"

bool
store_keys_load(db_tx_t *tx, terms_t *terms, keys_t *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_dataset_keys_load, NULL, &rows, err))
        return err_add(err, "keys of datasets");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const char *names = db_result_text(rows, i, 1);
        term_t dataset = terms_intern(terms, db_result_text(rows, i, 0));

        ret->named[dataset] = names[0] != '\0' ? terms_intern(terms, names) : 0;
        ret->indexed[dataset] = db_result_bool(rows, i, 2);
    }
    return true;
}

static bool
save(db_tx_t *tx, const terms_t *terms, const keys_t *keys, const term_t *datasets, size_t n, err_t *err)
{
    AUTO_FREE const char **texts = (const char **) mem_alloc(2 * n + 1, sizeof(char *));
    AUTO_FREE int64_t *indexed = mem_new_array(int64_t, n + 1);
    AUTO_PARAMS in;

    for (size_t i = 0; i < n; i++) {
        texts[i] = terms_word(terms, datasets[i]);
        texts[n + i] = terms_word(terms, keys->named[datasets[i]]);
        indexed[i] = keys->indexed[datasets[i]];
    }
    db_params_init(&in);
    db_params_text_array(&in, texts, n);
    db_params_text_array(&in, texts + n, n);
    db_params_i64_array(&in, indexed, n);
    return db_exec(tx, &comparison_statements, STMT_dataset_keys_save, &in, NULL, err) || err_add(err, "keys of datasets");
}

/* A version that is found by key: who has the record is one of those to whom it was put, or of whom a broken version spoke. */
static bool
is_searched(const history_t *row)
{
    return (row->op == OP_PUT || row->op == OP_BREAK) && !uuid_is_nil(&row->holder);
}

bool
store_keys_note(db_tx_t *tx, world_t *world, err_t *err)
{
    keys_t *keys = world->keys;
    term_t *changed = mem_new_array(term_t, 2 * world->history_count + 1);
    size_t n = 0;
    bool ok;

    for (size_t i = 0; i < world->history_count; i++) {
        const history_t *row = &world->history[i];
        term_t dataset = row->record.dataset;

        if (!is_searched(row))
            continue;
        if (row->key_names && keys->named[dataset] == 0) {
            REQUIRE(keys->now[dataset] != 0);
            keys->named[dataset] = keys->now[dataset];
            changed[n++] = dataset;
        }
        if (!row->key_names && !keys->indexed[dataset]) {
            keys->indexed[dataset] = 1;
            changed[n++] = dataset;
        }
    }
    ok = n == 0 || save(tx, world->terms, keys, changed, n, err);
    mem_free(changed);
    return ok;
}

static bool
history_blocks(db_tx_t *tx, int64_t *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_history_blocks, NULL, &rows, err))
        return err_add(err, "history");
    *ret = db_result_i64(rows, 0, 0);
    return true;
}

bool
store_keys_index(db_tx_t *tx, const terms_t *terms, keys_t *keys, term_t dataset, err_t *err)
{
    int64_t blocks;

    if (!history_blocks(tx, &blocks, err))
        return false;
    for (int64_t from = 0; from < blocks; from += keys->index_blocks) {
        AUTO_PARAMS in;

        db_params_init(&in);
        db_params_i64(&in, dataset);
        db_params_i64(&in, from);
        db_params_i64(&in, from + keys->index_blocks);
        if (!db_exec(tx, &comparison_statements, STMT_history_index, &in, NULL, err))
            return err_add(err, "index of the history");
    }
    keys->named[dataset] = 0;
    keys->indexed[dataset] = 1;
    return save(tx, terms, keys, &dataset, 1, err);
}

/* --- who had a record --- */

/* Who of these has it is told by their rows (world_settle_places). */
static void
read_places(world_t *world, const db_result_t *rows, place_ask_t least)
{
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        record_id_t id = { .dataset = (term_t) db_result_i64(rows, i, 0) };
        uuid_t key = db_result_uuid(rows, i, 1);
        uuid_t holder = db_result_uuid(rows, i, 2);
        const char *region = db_result_text(rows, i, 4);

        memcpy(id.key, key.b, sizeof id.key);
        place_t *place = world_place(world, &id);
        if (place->ask < least) /* another dataset has a record of this key: in memory it is where it is now, or nobody asked for it */
            continue;
        holder_t *h = region != NULL               ? &world_region(world, region)->holder
                      : db_result_bool(rows, i, 3) ? &world_household(world, &holder)->holder
                                                   : &world_person(world, &holder)->holder;
        world_place_may_be(world, place, h);
        if (least == ASK_INDEX)
            world_place_add_indexed(world, place, h);
    }
}

static size_t
gather_keys(const world_t *world, place_ask_t least, uuid_t *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < world->open_place_count; i++)
        if (world->open_places[i]->ask >= least)
            memcpy(ret[n++].b, world->open_places[i]->id.key, sizeof ret[0].b);
    return n;
}

/* Through all of the history, for records that the index does not know and whose event does not say whose they are: a fault of the
 * sender's, or one who has forgotten. */
static bool
search_history(db_tx_t *tx, world_t *world, const uuid_t *keys, size_t n, err_t *err)
{
    const int64_t step = world->keys->search_blocks;
    int64_t blocks = 0;

    if (n > 0 && !history_blocks(tx, &blocks, err))
        return false;
    for (int64_t from = 0; from < blocks; from += step) {
        AUTO(db_result) rows = NULL;
        AUTO_PARAMS in;

        db_params_init(&in);
        db_params_uuid_array(&in, keys, n);
        db_params_i64(&in, from);
        db_params_i64(&in, from + step);
        if (!db_query(tx, &comparison_statements, STMT_places_search, &in, &rows, err))
            return err_add(err, "holders of records");
        read_places(world, rows, ASK_HISTORY);
    }
    return true;
}

static bool
ask_index(db_tx_t *tx, world_t *world, const uuid_t *keys, size_t n, err_t *err)
{
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    db_params_uuid_array(&in, keys, n);
    if (!db_query(tx, &comparison_statements, STMT_places_load, &in, &rows, err))
        return err_add(err, "holders of records");
    read_places(world, rows, ASK_INDEX);
    return true;
}

bool
store_places(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO_FREE uuid_t *keys = mem_new_array(uuid_t, world->open_place_count + 1);

    if (!ask_index(tx, world, keys, gather_keys(world, ASK_INDEX, keys), err) ||
        !search_history(tx, world, keys, gather_keys(world, ASK_HISTORY, keys), err))
        return false;
    for (size_t i = 0; i < world->open_place_count; i++)
        world->open_places[i]->ask = ASK_NOBODY;
    return true;
}
