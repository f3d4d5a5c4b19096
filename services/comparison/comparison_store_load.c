/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_pack.h"
#include "comparison_sql.h"
#include "comparison_store_rows.h"
#include "domain/date.h"
#include "world_apply.h"
#include "world_person.h"
#include "world_waiting.h"

bool
store_read_person(world_t *world, const db_result_t *rows, size_t row, err_t *err)
{
    uuid_t id = db_result_uuid(rows, row, 0);
    person_t *p = world_person(world, &id);

    if (p->holder.loaded) /* what is in memory is newer than the row */
        return true;
    p->holder.loaded = true;
    p->home = db_result_uuid(rows, row, 1);
    p->row = db_result_tid(rows, row, 3);
    p->home_ordinal = db_result_i64(rows, row, 4);
    p->waited = uuid_is_nil(&p->home);
    p->holder.stored = true;
    if (!pack_read_person(db_result_bytea(rows, row, 2), world->arena, p, err))
        return false;
    unsigned classes = holder_classes(world, &p->holder);
    p->holder.had_enrolments = (classes & CLASS_ENROLMENT) != 0;
    p->holder.had_supports = p->holder.has_supports = (classes & CLASS_SUPPORT) != 0;
    world_waiting_loaded(world, &p->holder);
    return true;
}

bool
store_read_household(world_t *world, const db_result_t *rows, size_t row, household_t **ret, err_t *err)
{
    uuid_t id = db_result_uuid(rows, row, 0);
    household_t *h = world_household(world, &id);

    *ret = h;
    if (h->holder.loaded) /* what is in memory is newer than the row */
        return true;
    h->holder.loaded = true;
    h->holder.stored = true;
    h->next_day = db_result_date(rows, row, 1);
    h->ordinal = db_result_i64(rows, row, 3);
    world_put_ordinal(world, h);
    if (!pack_read_household(db_result_bytea(rows, row, 2), world->arena, h, err))
        return false;
    h->holder.had_enrolments = holder_has_enrolments(world, &h->holder);
    world_waiting_loaded(world, &h->holder);
    return true;
}

static bool
load_persons(db_tx_t *tx, world_t *world, err_t *err)
{
    uuid_t *ids = mem_new_array(uuid_t, world->person_count - world->seen.persons + 1);
    size_t n = 0;
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    for (size_t i = world->seen.persons; i < world->person_count; i++) {
        const holder_t *h = &world->persons[i]->holder;

        if (!h->loaded)
            ids[n++] = h->id;
    }
    if (n > 0)
        db_params_uuid_array(&in, ids, n);
    mem_free(ids);
    if (n > 0 && !db_query(tx, &comparison_statements, STMT_persons_load, &in, &rows, err))
        return err_add(err, "persons");
    for (size_t i = 0; n > 0 && i < db_result_rows(rows); i++)
        if (!store_read_person(world, rows, i, err))
            return false;
    for (; world->seen.persons < world->person_count; world->seen.persons++)
        world->persons[world->seen.persons]->holder.loaded = true;
    return true;
}

bool
store_persons(db_tx_t *tx, world_t *world, err_t *err)
{
    if (!store_same(tx, world, err) || !load_persons(tx, world, err))
        return false;
    if (world->groups == GROUPS_SOME)
        world_regroup(world);
    return true;
}

bool
store_households(db_tx_t *tx, world_t *world, err_t *err)
{
    uuid_t *ids = mem_new_array(uuid_t, world->household_count - world->seen.households + 1);
    size_t n = 0;
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    household_t *h;

    db_params_init(&in);
    for (size_t i = world->seen.households; i < world->household_count; i++)
        if (!world->households[i]->holder.loaded)
            ids[n++] = world->households[i]->holder.id;
    if (n > 0)
        db_params_uuid_array(&in, ids, n);
    mem_free(ids);
    if (n > 0 && !db_query(tx, &comparison_statements, STMT_households_load, &in, &rows, err))
        return err_add(err, "households");
    for (size_t i = 0; n > 0 && i < db_result_rows(rows); i++)
        if (!store_read_household(world, rows, i, &h, err))
            return false;
    for (; world->seen.households < world->household_count; world->seen.households++)
        world->households[world->seen.households]->holder.loaded = true;
    return true;
}

static bool
households_of(world_t *world, const db_result_t *rows, household_t ***ret, size_t *ret_n, err_t *err)
{
    size_t n = db_result_rows(rows);
    household_t **list = (household_t **) arena_alloc(world->arena, (n + 1) * sizeof(household_t *));

    for (size_t i = 0; i < n; i++)
        if (!store_read_household(world, rows, i, &list[i], err))
            return false;
    *ret = list;
    *ret_n = n;
    return true;
}

bool
store_households_due(db_tx_t *tx, world_t *world, int32_t day, size_t limit, household_t ***ret, size_t *ret_n, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_date(&in, day);
    db_params_i64(&in, (int64_t) limit);
    if (!db_query(tx, &comparison_statements, STMT_households_due, &in, &rows, err))
        return err_add(err, "households due");
    return households_of(world, rows, ret, ret_n, err);
}

bool
store_households_after(db_tx_t *tx, world_t *world, int64_t after, const char *region, size_t limit, household_t ***ret,
                       size_t *ret_n, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_i64(&in, after);
    db_params_text(&in, region);
    db_params_i64(&in, (int64_t) limit);
    if (!db_query(tx, &comparison_statements, STMT_households_after, &in, &rows, err))
        return err_add(err, "households in order");
    return households_of(world, rows, ret, ret_n, err);
}

bool
store_households_enrolled(db_tx_t *tx, world_t *world, int64_t after, const schedule_entry_t *entry, size_t limit, household_t ***ret,
                          size_t *ret_n, err_t *err)
{
    const char *categories[SCHEDULE_CATEGORIES_MAX];
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    for (size_t i = 0; i < entry->category_count; i++)
        categories[i] = entry->categories[i];
    db_params_i64(&in, after);
    db_params_text(&in, entry->region);
    db_params_i64(&in, (int64_t) limit);
    db_params_text_array(&in, categories, entry->category_count);
    if (!db_query(tx, &comparison_statements, STMT_households_enrolled_after, &in, &rows, err))
        return err_add(err, "households enrolled");
    return households_of(world, rows, ret, ret_n, err);
}

static const char *
keep(world_t *world, const char *text)
{
    return text == NULL ? NULL : arena_strndup(world->arena, text, strlen(text));
}

static int64_t
money_of(const db_result_t *rows, size_t row, unsigned col)
{
    return db_result_is_null(rows, row, col) ? MONEY_NONE : db_result_i64(rows, row, col);
}

bool
store_read_finding(world_t *world, const db_result_t *rows, size_t i, err_t *err)
{
    uuid_t home = db_result_uuid(rows, i, 1);
    household_t *h = world_household(world, &home);
    slice_t digest = db_result_bytea(rows, i, 15), basis = db_result_bytea(rows, i, 17);
    finding_t f = { .id = db_result_uuid(rows, i, 0), .household = home, .person = db_result_uuid(rows, i, 2) };

    if (!finding_kind_of(db_result_text(rows, i, 3), &f.kind) || digest.len != sizeof f.digest.b)
        return err_set(err, ERR_CONFIG, "comparison.finding", "a finding's row has an unknown kind or a damaged digest");
    f.category = keep(world, db_result_text(rows, i, 4));
    f.rule = keep(world, db_result_text(rows, i, 5));
    f.from_category = keep(world, db_result_text(rows, i, 6));
    (void) str_copy(f.region, sizeof f.region, db_result_text(rows, i, 7));
    f.open = db_result_bool(rows, i, 8);
    f.version = (uint32_t) db_result_i64(rows, i, 9);
    f.opened = db_result_date(rows, i, 10);
    f.since = db_result_date(rows, i, 11);
    f.monthly = money_of(rows, i, 12);
    f.enrolled = money_of(rows, i, 13);
    f.overpaid = money_of(rows, i, 14);
    f.underpaid = money_of(rows, i, 16);
    memcpy(f.digest.b, digest.ptr, sizeof f.digest.b);
    if (basis.len == sizeof f.basis.b) /* empty in a row of an earlier version: it is reckoned anew */
        memcpy(f.basis.b, basis.ptr, sizeof f.basis.b);
    h->findings = world_grow(world->arena, h->findings, &h->finding_cap, h->finding_count + 1, sizeof(finding_t));
    h->findings[h->finding_count++] = f;
    return true;
}

bool
store_findings(db_tx_t *tx, world_t *world, int32_t day, err_t *err)
{
    int64_t *ordinals = mem_new_array(int64_t, world->household_count + 1);
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    size_t n = 0;
    for (size_t i = 0; i < world->household_count; i++) {
        household_t *h = world->households[i];

        if (!h->holder.loaded || h->findings_known)
            continue;
        if (h->holder.stored) /* without a row it has none */
            ordinals[n++] = h->ordinal;
        h->findings_known = true;
    }
    db_params_i64_array(&in, ordinals, n);
    mem_free(ordinals);
    if (n == 0)
        return true;
    db_params_date(&in, date_month_start(date_month(day)));
    if (!db_query(tx, &comparison_statements, STMT_findings_load, &in, &rows, err))
        return err_add(err, "findings");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        if (!store_read_finding(world, rows, i, err))
            return false;
    return true;
}

/* --- rebuilding from the history --- */

static bool
replay_row(world_t *world, const db_result_t *rows, size_t i, err_t *err)
{
    uuid_t id = db_result_uuid(rows, i, 0);
    uuid_t key = db_result_uuid(rows, i, 4);
    uint64_t seq = (uint64_t) db_result_i64(rows, i, 1);
    uint32_t index = (uint32_t) db_result_i64(rows, i, 2);
    slice_t body = db_result_bytea(rows, i, 6);
    replay_t row = { .record.dataset = (term_t) db_result_i64(rows, i, 3), .op = (op_t) db_result_i64(rows, i, 5) };
    household_t *h = world_find_household(world, &id);
    region_t *region = world_find_region(world, &id);
    holder_t *holder = h != NULL        ? &h->holder
                       : region != NULL ? &region->holder
                                        : &world_person(world, &id)->holder;
    fact_t *facts = NULL;
    entry_t *entry = NULL;

    memcpy(row.record.key, key.b, sizeof row.record.key);
    if (row.op == OP_PUT && !pack_read_facts(body, world->arena, &facts, &row.fact_count, &entry, err))
        return false;
    if (row.op == OP_END && !pack_read_day(body, &row.on, err))
        return false;
    if ((row.op == OP_CLAIM || row.op == OP_UNCLAIM) && !pack_read_claim(body, &row.claim, err))
        return false;
    for (size_t f = 0; f < row.fact_count; f++) {
        facts[f].dataset = row.record.dataset;
        memcpy(facts[f].key, row.record.key, sizeof facts[f].key);
        facts[f].seq = seq;
        facts[f].index = index;
    }
    if (entry != NULL) {
        entry->record = row.record;
        entry->seq = seq;
        entry->index = index;
    }
    row.facts = facts;
    row.entry = entry;
    world_replay(world, holder, &row);
    return true;
}

static void
take_unloaded(holder_t *holder, uuid_t *ids, size_t *n)
{
    if (!holder->loaded)
        ids[(*n)++] = holder->id;
    holder->loaded = true;
}

bool
store_replay(db_tx_t *tx, world_t *world, uint64_t position, err_t *err)
{
    uuid_t *ids;
    size_t n = 0;
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    if (!store_same_replay(tx, world, position, err))
        return false;
    ids = mem_new_array(uuid_t, world->person_count + world->household_count + world->region_count + 1);
    for (size_t i = 0; i < world->person_count; i++)
        take_unloaded(&world->persons[i]->holder, ids, &n);
    for (size_t i = 0; i < world->household_count; i++)
        take_unloaded(&world->households[i]->holder, ids, &n);
    for (size_t i = 0; i < world->region_count; i++)
        take_unloaded(&world->regions[i]->holder, ids, &n);
    db_params_uuid_array(&in, ids, n);
    mem_free(ids);
    db_params_i64(&in, (int64_t) position);
    if (!db_query(tx, &comparison_statements, STMT_history_load, &in, &rows, err))
        return err_add(err, "history");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        if (!replay_row(world, rows, i, err))
            return err_add(err, "history");
    for (size_t i = 0; i < world->person_count; i++)
        world_settle_home(world, world->persons[i]);
    return true;
}
