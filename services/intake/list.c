/* SPDX-License-Identifier: Apache-2.0 */
#include "list.h"

#include "domain/date.h"
#include "domain/money.h"
#include "intake_store.h"
#include "json/json_out.h"

#include <stdio.h>
#include <string.h>

static bool
refuse(err_t *err, const char *code, const char *pointer, const char *message)
{
    (void) err_set(err, ERR_REJECT, code, "%s", message);
    (void) snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
    return false;
}

static bool
is_state(const list_row_t *list, const char *state)
{
    return strcmp(list->state, state) == 0;
}

void
list_write_result(json_out_t *out, const list_result_t *r)
{
    bool applied = strcmp(r->state, "applied") == 0;

    json_out_text(out, "id", r->id);
    json_out_text(out, "state", r->state);
    json_out_i64(out, "parts", r->parts);
    json_out_i64(out, "parts_in", r->parts_in);
    if (r->reason[0] != '\0')
        json_out_text(out, "reason", r->reason);
    if (applied) {
        json_out_i64(out, "put", r->put);
        json_out_i64(out, "ended", r->ended);
        json_out_i64(out, "unchanged", r->unchanged);
    } else if (r->before > 0) {
        json_out_i64(out, "entries", r->before);
        json_out_i64(out, "would_end", r->ending);
    }
}

/* Every part tells the whole list's frame again; they must say the same. */
static bool
check_same_frame(const feed_t *feed, const list_row_t *list, err_t *err)
{
    if (list->parts != feed->snapshot.parts)
        return refuse(err, "bad_data", "/snapshot/parts", "another part of this list said another number of parts");
    if (list->as_of != feed->snapshot.as_of)
        return refuse(err, "bad_data", "/snapshot/as_of", "another part of this list said another day");
    if (strcmp(list->scope, feed->snapshot.scope) != 0)
        return refuse(err, "bad_data", "/snapshot/scope", "another part of this list said another scope");
    if (list->count != feed->snapshot.count)
        return refuse(err, "bad_data", "/snapshot/count", "another part of this list said another count");
    if (list->has_total != feed->snapshot.has_total || list->total != feed->snapshot.total)
        return refuse(err, "bad_data", "/snapshot/total", "another part of this list said another total");
    return true;
}

/* Why the list as a whole cannot be believed; "" when it can. */
static void
find_fault(const list_row_t *list, const list_facts_t *facts, char *ret, size_t cap)
{
    char declared[MONEY_TEXT_SIZE], found[MONEY_TEXT_SIZE];

    ret[0] = '\0';
    if (list->records != list->count) {
        (void) snprintf(ret, cap, "%lld records were declared, %lld came", (long long) list->count,
                        (long long) list->records);
    } else if (list->rejected > 0) {
        (void) snprintf(ret, cap, "%lld records were rejected; their absence would look like an end",
                        (long long) list->rejected);
    } else if (list->has_total && list->total != list->found_total) {
        money_format(list->total, declared);
        money_format(list->found_total, found);
        (void) snprintf(ret, cap, "a total of %s was declared, %s came", declared, found);
    } else if (facts->twice > 0) {
        (void) snprintf(ret, cap, "%lld keys stand in more than one part", (long long) facts->twice);
    } else if (facts->newest != DATE_OPEN && list->as_of < facts->newest) {
        (void) snprintf(ret, cap, "a list of a later day was applied already");
    }
}

typedef struct {
    emit_t *emit;
    const char *last_batch; /* ends come under the batch that completed the list, or the list's id */
    int32_t as_of;
    int64_t put, ended;
} apply_t;

static bool
on_change(void *ctx, const char *batch, slice_t item, err_t *err)
{
    apply_t *a = ctx;

    a->put++;
    return emit_add(a->emit, batch, item, err);
}

static bool
on_absent(void *ctx, const uuid_t *key, err_t *err)
{
    apply_t *a = ctx;

    return emit_add_bare(a->emit, a->last_batch, (size_t) a->ended++, key, "end", a->as_of, NULL, err);
}

/* Puts what is new or changed, ends what is gone, and remembers the list as the one in force. */
static bool
apply(db_tx_t *tx, emit_t *emit, const char *dataset, const char *batch, const list_row_t *list, int64_t keys,
      list_result_t *ret, err_t *err)
{
    apply_t a = { .emit = emit, .last_batch = batch, .as_of = list->as_of };

    if (!store_list_changes(tx, list->n, dataset, on_change, &a, err) || !emit_flush(emit, err) ||
        !store_list_absent(tx, list, dataset, on_absent, &a, err) || !emit_flush(emit, err) ||
        !store_list_apply(tx, list, dataset, err) || !store_list_state(tx, list->n, "applied", NULL, NULL, err))
        return err_add(err, "list");
    (void) str_copy(ret->state, sizeof(ret->state), "applied");
    ret->put = a.put;
    ret->ended = a.ended;
    ret->unchanged = keys - a.put;
    ret->seq_first = emit->seq_first;
    ret->seq_last = emit->seq_last;
    return true;
}

static bool
park(db_tx_t *tx, const list_row_t *list, const char *state, const list_facts_t *facts, list_result_t *ret, err_t *err)
{
    (void) str_copy(ret->state, sizeof(ret->state), state);
    return store_list_state(tx, list->n, state, ret->reason, facts, err);
}

static bool
settle(db_tx_t *tx, emit_t *emit, const feed_t *feed, const list_row_t *list, list_result_t *ret, err_t *err)
{
    const dataset_t *d = feed->dataset;
    list_facts_t facts;

    if (!store_list_facts(tx, list, d->name, &facts, err))
        return false;
    find_fault(list, &facts, ret->reason, sizeof(ret->reason));
    ret->before = facts.before;
    ret->ending = facts.ending;
    if (ret->reason[0] != '\0')
        return park(tx, list, "inconsistent", &facts, ret, err);
    if (facts.ending * 100 > facts.before * d->max_shrink_percent) {
        /* how many would end is told beside it, and counted anew while the list waits */
        (void) snprintf(ret->reason, sizeof(ret->reason), "over %lld %% of the entries would have ended when it came; a person must confirm",
                        (long long) d->max_shrink_percent);
        return park(tx, list, "needs_confirmation", &facts, ret, err);
    }
    return apply(tx, emit, d->name, feed->id, list, facts.keys, ret, err);
}

bool
list_take_part(db_tx_t *tx, emit_t *emit, const feed_t *feed, const batch_t *batch, list_result_t *ret, err_t *err)
{
    const list_claim_t claim = { .dataset = feed->dataset->name,
                                 .snapshot = feed->snapshot.id,
                                 .scope = feed->snapshot.scope,
                                 .as_of = feed->snapshot.as_of,
                                 .parts = feed->snapshot.parts,
                                 .count = feed->snapshot.count,
                                 .has_total = feed->snapshot.has_total,
                                 .total = feed->snapshot.total };
    list_row_t list;
    bool found, fresh;

    *ret = (list_result_t){ .parts = feed->snapshot.parts };
    (void) str_copy(ret->id, sizeof(ret->id), feed->snapshot.id);
    if (!store_claim_list(tx, &claim, err) || !store_find_list(tx, claim.dataset, claim.snapshot, &found, &list, err))
        return err_add(err, "list");
    REQUIRE(found);
    if (!check_same_frame(feed, &list, err))
        return false;
    if (!is_state(&list, "waiting"))
        return err_set(err, ERR_REJECT, "conflict", "this list is %s already; send a new list under a new snapshot id",
                       list.state);
    if (!store_insert_part(tx, list.n, feed->snapshot.part, feed->id, &fresh, err))
        return err_add(err, "list");
    if (!fresh)
        return refuse(err, "conflict", "/snapshot/part",
                      "this part is in already, under another batch id; send a new list under a new snapshot id");
    if (!store_stage(tx, list.n, feed->snapshot.part, batch, err) ||
        !store_find_list(tx, claim.dataset, claim.snapshot, &found, &list, err))
        return err_add(err, "list");
    ret->n = list.n;
    ret->parts_in = list.parts_in;
    (void) str_copy(ret->state, sizeof(ret->state), list.state);
    return list.parts_in < list.parts || settle(tx, emit, feed, &list, ret, err);
}

bool
list_confirm(db_tx_t *tx, emit_t *emit, const dataset_t *dataset, const char *snapshot, bool accept, list_result_t *ret,
             err_t *err)
{
    list_row_t list;
    list_facts_t facts;
    bool found;

    *ret = (list_result_t){ 0 };
    (void) str_copy(ret->id, sizeof(ret->id), snapshot);
    if (!store_find_list(tx, dataset->name, snapshot, &found, &list, err))
        return err_add(err, "list");
    if (!found)
        return err_set(err, ERR_REJECT, "not_found", "no list of %s has this id; status shows those that are open",
                       dataset->name);
    ret->parts = list.parts;
    ret->parts_in = list.parts_in;
    if (is_state(&list, "waiting") && accept)
        return err_set(err, ERR_REJECT, "conflict", "%lld of %lld parts are in; the list waits for the rest",
                       (long long) list.parts_in, (long long) list.parts);
    if (!is_state(&list, "waiting") && !is_state(&list, "needs_confirmation") && !is_state(&list, "inconsistent"))
        return err_set(err, ERR_REJECT, "conflict", "this list is %s already", list.state);
    if (!accept)
        return store_list_clear(tx, list.n, err) && park(tx, &list, "discarded", NULL, ret, err);
    if (!store_list_facts(tx, &list, dataset->name, &facts, err))
        return err_add(err, "list");
    if (facts.twice > 0 || (facts.newest != DATE_OPEN && list.as_of < facts.newest))
        return err_set(err, ERR_REJECT, "conflict", "this list cannot be applied: %s; discard it and send a new one",
                       facts.twice > 0 ? "keys stand in two of its parts"
                                       : "a list of a later day was applied already");
    return apply(tx, emit, dataset->name, snapshot, &list, facts.keys, ret, err);
}
