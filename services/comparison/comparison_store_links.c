/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_pack.h"
#include "comparison_sql.h"
#include "world_support.h"

/* --- legal supporters --- */

bool
store_supports_any(db_tx_t *tx, bool *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_supports_any, NULL, &rows, err))
        return err_add(err, "supporters");
    *ret = db_result_bool(rows, 0, 0);
    return true;
}

bool
store_supports(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->person_count + 1);
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    size_t n = 0;

    db_params_init(&in);
    for (size_t i = 0; i < world->person_count; i++) {
        if (!world->persons[i]->supported_known)
            ids[n++] = world->persons[i]->holder.id;
        world->persons[i]->supported_known = true;
    }
    db_params_uuid_array(&in, ids, n);
    if (n == 0)
        return true;
    if (!db_query(tx, &comparison_statements, STMT_supports_load, &in, &rows, err))
        return err_add(err, "supporters");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        uuid_t supporter = db_result_uuid(rows, i, 0), supported = db_result_uuid(rows, i, 1);

        world_link(world, &supporter, &supported);
        (void) world_person(world, &supported);
    }
    return true;
}

static bool
is_link(world_t *world, const fact_t *fact)
{
    return (world_class(world, fact->kind) & CLASS_SUPPORT) != 0;
}

static size_t
count_links(world_t *world, const holder_t *holder)
{
    size_t n = 0;

    for (size_t f = 0; f < holder->fact_count; f++)
        n += is_link(world, &holder->facts[f]) ? holder->facts[f].person_count : 0;
    return n;
}

static size_t
list_links(world_t *world, const holder_t *holder, uuid_t *supporters, uuid_t *supported)
{
    size_t n = 0;

    for (size_t f = 0; f < holder->fact_count; f++) {
        const fact_t *fact = &holder->facts[f];

        for (size_t p = 0; is_link(world, fact) && p < fact->person_count; p++) {
            supporters[n] = fact->persons[p];
            supported[n++] = holder->id;
        }
    }
    return n;
}

static bool
add_supports(db_tx_t *tx, world_t *world, size_t most, err_t *err)
{
    AUTO_FREE uuid_t *supporters = mem_new_array(uuid_t, most);
    AUTO_FREE uuid_t *supported = mem_new_array(uuid_t, most);
    AUTO_PARAMS in;
    size_t n = 0;

    db_params_init(&in);
    for (size_t i = 0; i < world->person_count; i++)
        if (world->persons[i]->holder.supports_dirty)
            n += list_links(world, &world->persons[i]->holder, supporters + n, supported + n);
    db_params_uuid_array(&in, supporters, n);
    db_params_uuid_array(&in, supported, n);
    world->supports_saved = true;
    return db_exec(tx, &comparison_statements, STMT_supports_add, &in, NULL, err) || err_add(err, "supporters");
}

bool
store_supports_save(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->person_count + 1);
    AUTO_PARAMS in;
    size_t had = 0, links = 0;

    db_params_init(&in);
    for (size_t i = 0; i < world->person_count; i++) {
        const holder_t *h = &world->persons[i]->holder;

        if (h->supports_dirty && h->had_supports)
            ids[had++] = h->id;
        links += h->supports_dirty ? count_links(world, h) : 0;
    }
    db_params_uuid_array(&in, ids, had);
    if (had > 0 && !db_exec(tx, &comparison_statements, STMT_supports_drop, &in, NULL, err))
        return err_add(err, "supporters");
    return links == 0 || add_supports(tx, world, links, err);
}

/* --- facts of places --- */

bool
store_regions(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_regions_load, NULL, &rows, err))
        return err_add(err, "places");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        region_t *r = world_region(world, db_result_text(rows, i, 0));

        if (!r->holder.loaded && !pack_read_region(db_result_bytea(rows, i, 1), world->arena, r, err))
            return err_add(err, "places");
        r->holder.stored = true;
        r->holder.loaded = true;
    }
    for (size_t i = 0; i < world->region_count; i++)
        world->regions[i]->holder.loaded = true;
    return true;
}

bool
store_regions_save(db_tx_t *tx, world_t *world, err_t *err)
{
    const char **codes = (const char **) arena_alloc(world->arena, (world->region_count + 1) * sizeof(char *));
    slice_t *packed = arena_new_array(world->arena, slice_t, world->region_count + 1);
    AUTO_PARAMS in;
    size_t n = 0;

    db_params_init(&in);
    for (size_t i = 0; i < world->region_count; i++) {
        const region_t *r = world->regions[i];
        AUTO_STR bytes = STR_INIT;

        if (!r->holder.dirty)
            continue;
        pack_region(r, &bytes);
        codes[n] = r->code;
        packed[n++] = (slice_t){ arena_strndup(world->arena, str_c(&bytes), bytes.len), bytes.len };
    }
    if (n == 0)
        return true;
    db_params_text_array(&in, codes, n);
    db_params_bytea_array(&in, packed, n);
    return db_exec(tx, &comparison_statements, STMT_regions_save, &in, NULL, err) || err_add(err, "places");
}
