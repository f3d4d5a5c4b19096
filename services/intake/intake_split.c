/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "intake_audit.h"
#include "intake_merge.h"
#include "intake_store.h"

#include <stdio.h>
#include <string.h>

#define ITEMS_MAX 10000

/* What is another person's: items of one list, as the table has them. */
typedef struct {
    const char **datasets, **departments;
    uuid_t *keys; /* nil: all of the dataset or department */
    size_t count;
    /* the same for the event: whole datasets (of departments, too), and records */
    same_move_t move;
    uuid_t *record_keys; /* move.record_keys, while they are gathered */
} items_t;

static bool
at(err_t *err, const char *list, size_t i, const char *message)
{
    char pointer[64];

    (void) snprintf(pointer, sizeof(pointer), "/%s/%zu", list, i);
    return merge_refuse(err, "not_found", pointer, message);
}

static void
add_whole(items_t *items, const dataset_t *d)
{
    for (size_t i = 0; i < items->move.dataset_count; i++)
        if (strcmp(items->move.datasets[i], d->name) == 0)
            return;
    items->move.datasets[items->move.dataset_count++] = d->name;
}

static bool
take_dataset(const intake_t *self, items_t *items, const json_node_t *n, size_t i, err_t *err)
{
    const dataset_t *d = json_text(n) != NULL ? catalogue_find(self->catalogue, json_text(n)) : NULL;

    if (d == NULL)
        return at(err, "datasets", i, "no dataset has this name");
    add_whole(items, d);
    items->datasets[items->count++] = d->name;
    return true;
}

static bool
take_department(const intake_t *self, items_t *items, const json_node_t *n, size_t i, err_t *err)
{
    bool any = false;

    for (size_t c = 0; json_text(n) != NULL && c < catalogue_count(self->catalogue); c++) {
        const dataset_t *d = catalogue_at(self->catalogue, c);

        if (strcmp(d->owner, json_text(n)) != 0)
            continue;
        add_whole(items, d);
        any = true;
    }
    if (!any)
        return at(err, "departments", i, "no dataset is this department's");
    items->departments[items->count++] = json_text(n);
    return true;
}

static bool
take_record(const intake_t *self, items_t *items, const json_node_t *n, size_t i, err_t *err)
{
    char pointer[64];
    const char *dataset, *record;
    const dataset_t *d;
    json_in_t in;

    (void) snprintf(pointer, sizeof(pointer), "/records/%zu", i);
    json_in_init(&in, n, pointer, err);
    dataset = json_in_text(&in, "dataset");
    record = json_in_text(&in, "record");
    if (!json_in_ok(&in))
        return false;
    d = catalogue_find(self->catalogue, dataset);
    if (d == NULL)
        return at(err, "records", i, "no dataset has this name");
    if (!str_unhex(record, strlen(record), items->keys[items->count].b, sizeof(uuid_t)))
        return merge_refuse(err, "bad_data", pointer, "record is a record's key, 32 hex digits, as `plimsoll explain` tells it");
    items->record_keys[items->move.record_count] = items->keys[items->count];
    items->move.record_datasets[items->move.record_count++] = d->name;
    items->datasets[items->count++] = d->name;
    return true;
}

static bool
read_items(const intake_t *self, const json_node_t *data, arena_t *arena, items_t *items, err_t *err)
{
    static const struct {
        const char *name;
        bool (*take)(const intake_t *self, items_t *items, const json_node_t *n, size_t i, err_t *err);
    } lists[] = { { "records", take_record }, { "datasets", take_dataset }, { "departments", take_department } };
    size_t n = 0;

    for (size_t l = 0; l < COUNT_OF(lists); l++)
        n += json_count(json_get(data, lists[l].name));
    if (n > ITEMS_MAX)
        return merge_refuse(err, "bad_data", "/records", "at most 10,000 records, datasets and departments at once");
    items->datasets = (const char **) arena_alloc(arena, (n + 1) * sizeof(char *));
    items->departments = (const char **) arena_alloc(arena, (n + 1) * sizeof(char *));
    items->keys = arena_new_array(arena, uuid_t, n + 1);
    items->move.datasets = (const char **) arena_alloc(arena, (catalogue_count(self->catalogue) + 1) * sizeof(char *));
    items->move.record_datasets = (const char **) arena_alloc(arena, (n + 1) * sizeof(char *));
    items->move.record_keys = items->record_keys = arena_new_array(arena, uuid_t, n + 1);
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        size_t i = 0;

        for (const json_node_t *item = json_first(json_get(data, lists[l].name)); item != NULL; item = json_next(item), i++)
            if (!lists[l].take(self, items, item, i, err))
                return false;
    }
    return true;
}

typedef struct {
    uuid_t touched[128];
    size_t count;
} touched_t;

static void
on_cancelled(void *ctx, int64_t number, const uuid_t *key, const same_link_t *link)
{
    touched_t *t = ctx;

    (void) number;
    (void) key;
    if (t->count + 2 <= COUNT_OF(t->touched)) { /* more cannot be of one person in one group: the person itself closes over it */
        t->touched[t->count++] = link->from;
        t->touched[t->count++] = link->into;
    }
}

/* The person is not the same as the others: whatever stated it no longer does. */
static bool
take_apart(same_t *same, const uuid_t *person, const same_group_t *group, err_t *err)
{
    touched_t t = { .count = 1, .touched = { *person } };

    if (group->count < 2)
        return merge_refuse(err, "conflict", "/person", "this person is nobody else; to split one number name records, datasets or departments");
    return store_links_cancel(same->tx, person, on_cancelled, &t, err) && same_refresh(same, t.touched, t.count, err);
}

static bool
find_to(const intake_t *self, same_t *same, const json_node_t *data, const same_group_t *group, uuid_t *ret, err_t *err)
{
    const same_member_t *head = &group->members[0];
    char id[UUID_TEXT_SIZE], identity[DOCUMENT_IDENTITY_SIZE];
    AUTO_GROUP other = { .count = 0 };

    if (json_get(data, "into") == NULL && json_get(data, "into_document") == NULL) {
        uuid_random(ret);
        uuid_format(ret, id);
        (void) snprintf(identity, sizeof(identity), "split::%s", id);
        return person_make(same->tx, self->vault, identity, head->key_identity, ret, err) && same_announce(same, ret, err);
    }
    if (!merge_read_person(self, same->tx, data, "into", true, same, ret, err) ||
        !same_group(same->tx, self->vault, same->arena, ret, &other, err))
        return false;
    if (other.count == 0)
        return merge_refuse(err, "not_found", "/into", "no such person, or erased already");
    for (size_t i = 0; i < group->count; i++)
        if (uuid_eq(&group->members[i].person, ret))
            return merge_refuse(err, "conflict", "/into", "they are one person: take them apart first");
    return true;
}

static bool
move_records(const intake_t *self, same_t *same, const items_t *items, const same_group_t *group, const uuid_t *to, err_t *err)
{
    uuid_t *persons = arena_new_array(same->arena, uuid_t, group->count + 1);
    same_move_t *moves = arena_new_array(same->arena, same_move_t, group->count + 1);

    for (size_t i = 0; i < group->count; i++) {
        persons[i] = group->members[i].person;
        moves[i] = items->move;
        moves[i].from = persons[i];
        moves[i].to = *to;
        routes_add(self->routes, &persons[i]);
    }
    return store_route_add(same->tx, persons, group->count, to, items->datasets, items->departments, items->keys, items->count, err) &&
           same_tell_moves(same, moves, group->count, err);
}

/* {"person","records"?,"datasets"?,"departments"?,"into"?|"into_document"?,"reason"}: these records, those that are here and
 * those that come, are another person's.  Without them: the person is taken out of those with whom it was made one. */
bool
intake_on_split(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_t *self = state;
    same_t same = intake_same(svc, self, tx, req->event->id);
    intake_audit_t audit = { .action = "split", .req = req };
    AUTO_GROUP group = { .count = 0 };
    items_t items = { .count = 0 };
    uuid_t to = { { 0 } };
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    audit.person = json_in_uuid(&in, "person");
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !intake_check_reason(audit.reason, err) || !read_items(self, req->data, same.arena, &items, err) ||
        !same_group(tx, self->vault, same.arena, &audit.person, &group, err))
        return false;
    if (group.count == 0)
        return merge_refuse(err, "not_found", "/person", "no such person, or erased already");
    if (items.count == 0 ? !take_apart(&same, &audit.person, &group, err)
                         : !find_to(self, &same, req->data, &group, &to, err) || !move_records(self, &same, &items, &group, &to, err))
        return false;
    audit.other = to;
    if (!intake_audit(svc, tx, &audit, err))
        return false;
    self->people_stale = true;
    json_out_object(out, NULL);
    json_out_uuid(out, "person", &audit.person);
    if (!uuid_is_nil(&to))
        json_out_uuid(out, "to", &to);
    if (same.seq_last > 0)
        json_out_i64(out, "seq", (int64_t) same.seq_last);
    else
        json_out_null(out, "seq");
    json_out_end(out);
    return true;
}
