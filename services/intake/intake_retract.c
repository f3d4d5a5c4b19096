/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "domain/date.h"
#include "emit.h"
#include "intake_store.h"

#include <string.h>

#define SOURCE_PREFIX "/departments/"

/* The batch's keys, what the batches around it say about each, and whom the batch's own events say that it names. */
typedef struct {
    const uuid_t *keys;
    const char **holders; /* JSON objects, NULL where it is not known */
    size_t count;
    uuid_map_t *index; /* key → index + 1 */
    bool *marked;
    size_t marked_count;
} key_set_t;

static void
on_neighbour(void *ctx, slice_t packed)
{
    key_set_t *set = ctx;

    for (size_t at = 0; at + sizeof(uuid_t) <= packed.len; at += sizeof(uuid_t)) {
        uuid_t key;
        const void *found;
        size_t i;

        memcpy(key.b, packed.ptr + at, sizeof(key.b));
        found = uuid_map_get(set->index, &key);
        if (found == NULL)
            continue;
        i = (size_t) (uintptr_t) found - 1;
        set->marked_count += set->marked[i] ? 0 : 1;
        set->marked[i] = true;
    }
}

/* --- whose records these are --- */

typedef struct {
    key_set_t *set;
    arena_t *arena;
    json_t *tree; /* of the record at hand */
} holders_t;

static void
keep_holder(holders_t *h, size_t i, const json_node_t *holder)
{
    static const char *const kinds[] = { "person", "household", "region" };
    AUTO_STR text = STR_INIT;
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    for (size_t k = 0, n = 0; k < COUNT_OF(kinds) && n == 0; k++) { /* a register entry has a region as well */
        const char *id = json_text(json_get(holder, kinds[k]));

        if (id != NULL)
            json_out_text(&out, kinds[k], id);
        n += id != NULL;
    }
    json_out_end(&out);
    h->set->holders[i] = arena_strndup(h->arena, str_c(&text), text.len);
}

static bool
on_record(void *ctx, size_t index, slice_t item, err_t *err)
{
    holders_t *h = ctx;
    const json_node_t *root, *holder, *entry;
    const char *hex;
    const void *found;
    uuid_t key;

    (void) index;
    if (!json_read_checked(item.ptr, item.len, &h->tree, err))
        return false;
    root = json_root(h->tree);
    hex = json_text(json_get(root, "key"));
    if (hex == NULL || !str_unhex(hex, strlen(hex), key.b, sizeof(key.b)))
        return true;
    found = uuid_map_get(h->set->index, &key);
    entry = json_get(root, "household");
    holder = entry != NULL ? entry : json_get(json_first(json_get(root, "facts")), "holder");
    holder = holder != NULL ? holder : json_get(root, "holder");
    if (found != NULL && holder != NULL && json_kind(holder) == JSON_OBJECT)
        keep_holder(h, (size_t) (uintptr_t) found - 1, holder);
    return true;
}

static bool
on_event(void *ctx, size_t index, slice_t event, err_t *err)
{
    slice_t records;

    (void) index;
    return !json_locate(event.ptr, event.len, "data/records", &records) || json_each_item(records, on_record, ctx, err);
}

/* One event after the other, so that no more than one is in memory.  What the stream does not keep any more is not told. */
static bool
read_holders(db_tx_t *tx, arena_t *arena, const store_batch_keys_t *batch, key_set_t *set, err_t *err)
{
    holders_t h = { .set = set, .arena = arena };
    bool ok = true;

    for (uint64_t seq = batch->seq_first; ok && seq <= batch->seq_last; seq++) {
        AUTO_STR page = STR_INIT;
        slice_t events;
        err_t why = { .cls = ERR_NONE };

        ok = stream_page(tx, "facts", seq - 1, 1, NULL, NULL, NULL, &page, &why);
        if (!ok && strcmp(why.code, "gone") == 0) {
            ok = true;
            continue;
        }
        if (!ok)
            *err = why;
        ok = ok && (!json_locate(page.ptr, page.len, "events", &events) || json_each_item(events, on_event, &h, err));
    }
    json_destroy(&h.tree);
    return ok;
}

static bool
may_retract(const svc_request_t *req, const char *source, err_t *err)
{
    const bus_key_t *key = req->key;
    bool own = key->department[0] != '\0' && str_starts(source, SOURCE_PREFIX) &&
               strcmp(source + strlen(SOURCE_PREFIX), key->department) == 0;

    return own || bus_key_list_has(key->commands, "intake.retract") ||
           err_set(err, ERR_REJECT, "forbidden",
                   "the key %s may retract neither for this department nor as an operator", key->name);
}

typedef struct {
    int64_t retracted, kept, had_earlier;
    uint64_t seq_last;
    bool people_told, lists_told;
} retract_result_t;

/* Takes back every record of the batch that no later batch has replaced. */
static bool
retract_keys(svc_t *svc, const intake_t *self, db_tx_t *tx, const batch_name_t *name, const dataset_t *d,
             key_set_t *set, uint64_t seq, retract_result_t *ret, err_t *err)
{
    AUTO_EMIT emit;
    arena_t *arena = svc_arena(svc);
    bool *newer = set->marked;
    uuid_t *gone = arena_new_array(arena, uuid_t, set->count + 1);
    size_t gone_n = 0;

    emit_init(&emit, svc_stream(svc, "facts"), tx, d, d->owner, intake_today(self),
              (size_t) self->config->event_bytes);
    if (!store_neighbour_keys(tx, d->name, seq, true, on_neighbour, set, err))
        return false;
    ret->kept = (int64_t) set->marked_count;
    set->marked = arena_new_array(arena, bool, set->count + 1);
    set->marked_count = 0;
    if (!store_neighbour_keys(tx, d->name, seq, false, on_neighbour, set, err))
        return false;
    for (size_t i = 0; i < set->count; i++) {
        if (newer[i])
            continue;
        ret->had_earlier += set->marked[i] ? 1 : 0;
        if (!emit_add_bare(&emit, name->id, i, &set->keys[i], "retract", DATE_OPEN, set->holders[i], err))
            return false;
        gone[gone_n++] = set->keys[i];
    }
    ret->retracted = (int64_t) gone_n;
    if (!emit_flush(&emit, err) || (d->snapshot && !store_entries_delete(tx, d->name, gone, gone_n, &ret->lists_told, err)))
        return false;
    ret->seq_last = emit.seq_last;
    if (d->links) {
        same_t same = intake_same(svc, self, tx, name->id);

        if (!same_drop_records(&same, d, gone, gone_n, err))
            return false;
        ret->people_told = same.changed;
    }
    return store_mark_retracted(tx, name, err);
}

static bool
retract_batch(svc_t *svc, const intake_t *self, db_tx_t *tx, const batch_name_t *name, const dataset_t *d,
              store_batch_keys_t *batch, retract_result_t *ret, err_t *err)
{
    key_set_t set = { 0 };
    uuid_t *keys;
    bool found, ok;

    if (!store_batch_keys(tx, name, &found, batch, err))
        return false;
    if (!found)
        return err_set(err, ERR_REJECT, "not_found", "no batch of %s from this source has this id", name->dataset);
    if (batch->list != 0)
        return err_set(err, ERR_REJECT, "conflict", "this batch is part of a whole list; send the right list instead");
    if (batch->retracted)
        return err_set(err, ERR_REJECT, "conflict", "this batch was retracted already");
    if (batch->seq_first == 0)
        return err_set(err, ERR_REJECT, "conflict",
                       "nothing of this batch was journaled; there is nothing to take back");
    set.count = batch->keys.len / sizeof(uuid_t);
    keys = arena_new_array(svc_arena(svc), uuid_t, set.count + 1);
    if (set.count > 0)
        memcpy(keys, batch->keys.ptr, set.count * sizeof(uuid_t));
    set.keys = keys;
    set.index = uuid_map_new();
    set.marked = arena_new_array(svc_arena(svc), bool, set.count + 1);
    for (size_t i = 0; i < set.count; i++)
        uuid_map_put(set.index, &keys[i], (void *) (uintptr_t) (i + 1));
    set.holders = (const char **) arena_alloc(svc_arena(svc), (set.count + 1) * sizeof(char *));
    ok = (d->key_names == KEY_NAMES_NOBODY || read_holders(tx, svc_arena(svc), batch, &set, err)) &&
         retract_keys(svc, self, tx, name, d, &set, batch->seq_first, ret, err);
    uuid_map_destroy(&set.index);
    return ok;
}

/* {"source","dataset","batch"}: takes a whole batch back.  Earlier versions of its records do not come back by
 * themselves: the reply says how many there were. */
bool
intake_on_retract(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_t *self = state;
    store_batch_keys_t batch = { .keys = STR_INIT };
    retract_result_t result = { 0 };
    batch_name_t name;
    const dataset_t *d;
    json_in_t in;
    bool ok;

    json_in_init(&in, req->data, "", err);
    name = (batch_name_t){ json_in_text(&in, "source"), json_in_text(&in, "dataset"), json_in_text(&in, "batch") };
    if (!json_in_ok(&in) || !may_retract(req, name.source, err))
        return false;
    d = catalogue_find(self->catalogue, name.dataset);
    if (d == NULL)
        return err_set(err, ERR_REJECT, "not_found", "no dataset has this name");
    ok = retract_batch(svc, self, tx, &name, d, &batch, &result, err);
    str_done(&batch.keys);
    if (!ok)
        return false;
    self->people_stale |= result.people_told;
    self->lists_stale |= result.lists_told;
    json_out_object(out, NULL);
    json_out_text(out, "dataset", name.dataset);
    json_out_text(out, "batch", name.id);
    json_out_i64(out, "retracted", result.retracted);
    json_out_i64(out, "kept_newer", result.kept);
    json_out_i64(out, "had_earlier", result.had_earlier);
    if (result.seq_last > 0)
        json_out_i64(out, "seq", (int64_t) result.seq_last);
    else
        json_out_null(out, "seq");
    json_out_end(out);
    return true;
}
