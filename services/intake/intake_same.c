/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_same.h"

#include "domain/resident_id.h"
#include "json/json_out.h"
#include "person.h"

#include <stdlib.h>
#include <string.h>

#define EVENT_ENTRIES 2000 /* people or moves in one event, some 200 bytes each */
#define EVENT_RECORDS 8000 /* records that one event moves */

/* --- the event --- */

static void
write_key(json_out_t *out, const char *name, const uuid_t *key)
{
    char hex[33];

    str_hex(key->b, sizeof(key->b), hex);
    json_out_text(out, name, hex);
}

static void
begin_event(const same_t *self, str_t *data, json_out_t *out)
{
    str_clear(data);
    json_out_init(out, data);
    json_out_object(out, NULL);
    json_out_text(out, "cause", self->cause);
    json_out_date(out, "received", self->received);
}

static bool
end_event(same_t *self, str_t *data, json_out_t *out, err_t *err)
{
    stream_draft_t draft = { .type = "plimsoll.persons.v1", .topic = "fact/person" };

    json_out_end(out);
    draft.data = str_slice(data);
    (void) !uuid_parse(self->cause, strlen(self->cause), &draft.causation);
    self->changed = true;
    return stream_append(self->stream, self->tx, &draft, &self->seq_last, err) || err_add(err, "persons");
}

/* --- groups --- */

typedef struct {
    same_person_t *people; /* by id */
    struct entry {
        uuid_t was, part;
        bool known, resident, male;
        int32_t born;
    } *entries; /* beside them */
    size_t count, cap, entry_cap;
    same_link_t *links;
    size_t link_count, link_cap;
    const vault_t *vault;
} groups_t;

static void
groups_done(groups_t *self)
{
    mem_free(self->people);
    mem_free(self->entries);
    mem_free(self->links);
}

/* What is sealed of somebody, as a tree; the text itself is wiped. */
static bool
unseal_tree(const vault_t *vault, const store_same_t *row, json_t **ret, err_t *err)
{
    str_t plain = STR_INIT;
    bool ok = person_unseal(vault, &row->person, row->version, row->sealed, &plain, err) && json_parse(plain.ptr, plain.len, ret, err);

    if (plain.ptr != NULL)
        mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
    return ok;
}

static const char *
key_identity(const json_node_t *fields)
{
    const char *known_as = json_text(json_get(fields, "known_as"));

    return known_as != NULL ? known_as : person_identity(fields);
}

static bool
on_person(void *ctx, const store_same_t *row, err_t *err)
{
    groups_t *g = ctx;
    AUTO(json) tree = NULL;
    const char *identity;
    resident_id_t id;

    g->people = mem_grow(g->people, &g->cap, g->count + 1, sizeof(*g->people));
    g->entries = mem_grow(g->entries, &g->entry_cap, g->count + 1, sizeof(*g->entries));
    same_person_t *p = &g->people[g->count];
    struct entry *e = &g->entries[g->count++];
    *p = (same_person_t){ .person = row->person, .head = row->person, .provisional = row->kind != NULL || !row->known };
    *e = (struct entry){ .was = uuid_is_nil(&row->head) ? row->person : row->head, .known = row->known };
    if (row->sealed.ptr == NULL)
        return true;
    if (!unseal_tree(g->vault, row, &tree, err))
        return false;
    identity = person_identity(json_root(tree));
    if (identity == NULL)
        return err_set(err, ERR_CONFIG, "vault.tampered", "a sealed person has no document");
    vault_key_part(g->vault, key_identity(json_root(tree)), &e->part);
    if (!p->provisional && resident_id_parse(identity, strlen(identity), &id, NULL)) {
        e->resident = true;
        e->male = id.male;
        e->born = id.born;
        mem_wipe(&id, sizeof(id));
    }
    return true;
}

static void
on_link(void *ctx, int64_t number, const uuid_t *key, const same_link_t *link)
{
    groups_t *g = ctx;

    (void) number;
    (void) key;
    g->links = mem_grow(g->links, &g->link_cap, g->link_count + 1, sizeof(*g->links));
    g->links[g->link_count++] = *link;
}

static size_t
index_of(const groups_t *g, const uuid_t *person)
{
    size_t low = 0, high = g->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (memcmp(g->people[middle].person.b, person->b, sizeof person->b) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* "is": who stands for the person now.  `shift` takes a record's key under the person's identity to its key under the
 * head's; sex and born are what the head's resident ID tells, for whoever was listed without one. */
static void
write_person(const groups_t *g, size_t i, json_out_t *out)
{
    const same_person_t *p = &g->people[i];
    size_t head = index_of(g, &p->head);
    uuid_t shift;

    json_out_object(out, NULL);
    json_out_uuid(out, "person", &p->person);
    json_out_uuid(out, "is", &p->head);
    if (p->provisional)
        json_out_bool(out, "provisional", true);
    if (head != i) {
        for (size_t b = 0; b < sizeof(shift.b); b++)
            shift.b[b] = g->entries[i].part.b[b] ^ g->entries[head].part.b[b];
        if (!uuid_is_nil(&shift))
            write_key(out, "shift", &shift);
        if (g->entries[head].resident) {
            json_out_text(out, "sex", g->entries[head].male ? "m" : "f");
            json_out_date(out, "born", g->entries[head].born);
        }
    }
    json_out_end(out);
}

static bool
tell_people(same_t *self, const groups_t *g, const size_t *which, size_t n, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;

    for (size_t at = 0; at < n; at += EVENT_ENTRIES) {
        begin_event(self, &data, &out);
        json_out_array(&out, "persons");
        for (size_t i = at; i < n && i < at + EVENT_ENTRIES; i++)
            write_person(g, which[i], &out);
        json_out_end(&out);
        if (!end_event(self, &data, &out, err))
            return false;
    }
    return true;
}

/* The table follows: who stands alone has no row. */
static bool
save_groups(same_t *self, const groups_t *g, err_t *err)
{
    AUTO_FREE uuid_t *alone = mem_new_array(uuid_t, g->count + 1);
    AUTO_FREE uuid_t *persons = mem_new_array(uuid_t, g->count + 1);
    AUTO_FREE uuid_t *heads = mem_new_array(uuid_t, g->count + 1);
    AUTO_FREE size_t *size = mem_new_array(size_t, g->count + 1);
    size_t alone_n = 0, kept = 0;

    for (size_t i = 0; i < g->count; i++)
        size[index_of(g, &g->people[i].head)]++;
    for (size_t i = 0; i < g->count; i++) {
        const same_person_t *p = &g->people[i];

        if (size[index_of(g, &p->head)] > 1) {
            persons[kept] = p->person;
            heads[kept++] = p->head;
        } else {
            alone[alone_n++] = p->person;
        }
    }
    return store_same_drop(self->tx, alone, alone_n, err) && store_same_save(self->tx, persons, heads, kept, err);
}

bool
same_refresh(same_t *self, const uuid_t *persons, size_t n, err_t *err)
{
    __attribute__((cleanup(groups_done))) groups_t g = { .vault = self->vault };
    AUTO_FREE uuid_t *ids = NULL;
    AUTO_FREE size_t *which = NULL;
    size_t changed = 0;

    if (n == 0)
        return true;
    if (!store_same_closure(self->tx, persons, n, on_person, &g, err))
        return false;
    ids = mem_new_array(uuid_t, g.count + 1);
    which = mem_new_array(size_t, g.count + 1);
    for (size_t i = 0; i < g.count; i++)
        ids[i] = g.people[i].person;
    if (!store_same_links(self->tx, ids, g.count, on_link, &g, err))
        return false;
    same_settle(g.people, g.count, g.links, g.link_count);
    for (size_t i = 0; i < g.count; i++)
        if (!uuid_eq(&g.people[i].head, &g.entries[i].was))
            which[changed++] = i;
    return save_groups(self, &g, err) && tell_people(self, &g, which, changed, err);
}

bool
same_announce(same_t *self, const uuid_t *person, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;

    begin_event(self, &data, &out);
    json_out_array(&out, "persons");
    json_out_object(&out, NULL);
    json_out_uuid(&out, "person", person);
    json_out_uuid(&out, "is", person);
    json_out_bool(&out, "provisional", true);
    json_out_end(&out);
    json_out_end(&out);
    return end_event(self, &data, &out, err);
}

/* --- a batch --- */

typedef struct {
    const uuid_map_t *wanted; /* key of an accepted record → 1 + its first link, in the order of links */
    const batch_t *batch;
    bool *there; /* by link: stated before */
    int64_t *gone;
    size_t gone_count, gone_cap;
    uuid_t *touched;
    size_t touched_count, touched_cap;
} stated_t;

static void
touch(stated_t *s, const same_link_t *link)
{
    s->touched = mem_grow(s->touched, &s->touched_cap, s->touched_count + 2, sizeof(*s->touched));
    s->touched[s->touched_count++] = link->from;
    s->touched[s->touched_count++] = link->into;
}

static bool
is_link(const batch_t *b, size_t i, const same_link_t *link)
{
    return uuid_eq(&b->persons[b->links[i].from].pseudonym, &link->from) && uuid_eq(&b->persons[b->links[i].into].pseudonym, &link->into);
}

/* What a record stated before: it stays where the record still states it. */
static void
on_stated(void *ctx, int64_t number, const uuid_t *key, const same_link_t *link)
{
    stated_t *s = ctx;
    const batch_t *b = s->batch;
    size_t first = (size_t) (uintptr_t) uuid_map_get(s->wanted, key);

    for (size_t i = first; i > 0 && i <= b->link_count && b->links[i - 1].record == b->links[first - 1].record; i++)
        if (is_link(b, i - 1, link)) {
            s->there[i - 1] = true;
            return;
        }
    s->gone = mem_grow(s->gone, &s->gone_cap, s->gone_count + 1, sizeof(*s->gone));
    s->gone[s->gone_count++] = number;
    touch(s, link);
}

static bool
follow_links(same_t *self, stated_t *s, const uuid_t *keys, size_t key_count, err_t *err)
{
    const batch_t *b = s->batch;
    AUTO_FREE uuid_t *new_keys = mem_new_array(uuid_t, b->link_count + 1);
    AUTO_FREE same_link_t *links = mem_new_array(same_link_t, b->link_count + 1);
    size_t n = 0;

    if (!store_links_of_records(self->tx, b->dataset->name, keys, key_count, on_stated, s, err))
        return false;
    for (size_t i = 0; i < b->link_count; i++) {
        if (b->records[b->links[i].record].state != RECORD_PUT || s->there[i])
            continue;
        new_keys[n] = b->records[b->links[i].record].key;
        links[n] = (same_link_t){ b->persons[b->links[i].from].pseudonym, b->persons[b->links[i].into].pseudonym };
        if (!uuid_eq(&links[n].from, &links[n].into))
            touch(s, &links[n++]);
    }
    return store_links_delete(self->tx, s->gone, s->gone_count, err) &&
           store_links_add(self->tx, b->dataset->name, new_keys, links, n, err) &&
           same_refresh(self, s->touched, s->touched_count, err);
}

static bool
take_links(same_t *self, const batch_t *b, err_t *err)
{
    AUTO_FREE uuid_t *keys = mem_new_array(uuid_t, b->count + 1);
    AUTO_FREE bool *there = mem_new_array(bool, b->link_count + 1);
    uuid_map_t *wanted = uuid_map_new();
    stated_t s = { .wanted = wanted, .batch = b, .there = there };
    size_t n = 0;

    for (size_t i = 0; i < b->count; i++)
        if (b->records[i].state == RECORD_PUT || b->records[i].state == RECORD_RETRACT)
            keys[n++] = b->records[i].key;
    for (size_t i = b->link_count; i-- > 0;)
        if (b->records[b->links[i].record].state == RECORD_PUT)
            uuid_map_put(wanted, &b->records[b->links[i].record].key, (void *) (uintptr_t) (i + 1));
    bool ok = n == 0 || follow_links(self, &s, keys, n, err);
    uuid_map_destroy(&wanted);
    mem_free(s.gone);
    mem_free(s.touched);
    return ok;
}

/* New people without a resident ID are told of before anything about them. */
static bool
announce_new(same_t *self, const batch_t *b, err_t *err)
{
    groups_t g = { .count = 0 };
    size_t n = 0;
    bool ok;

    g.people = mem_new_array(same_person_t, b->person_count + 1);
    g.entries = mem_new_array(struct entry, b->person_count + 1);
    AUTO_FREE size_t *which = mem_new_array(size_t, b->person_count + 1);
    for (size_t i = 0; i < b->person_count; i++)
        if (b->persons[i].fresh && b->persons[i].identity != NULL)
            g.people[g.count++] = (same_person_t){ .person = b->persons[i].pseudonym, .head = b->persons[i].pseudonym, .provisional = true };
    qsort(g.people, g.count, sizeof *g.people, uuid_cmp); /* the id comes first in it */
    for (; n < g.count; n++)
        which[n] = n;
    ok = tell_people(self, &g, which, n, err);
    groups_done(&g);
    return ok;
}

bool
same_take_batch(same_t *self, const batch_t *batch, err_t *err)
{
    if (batch->others > 0 && !announce_new(self, batch, err))
        return false;
    return !batch->dataset->links || take_links(self, batch, err);
}

bool
same_drop_records(same_t *self, const dataset_t *dataset, const uuid_t *keys, size_t n, err_t *err)
{
    const batch_t none = { .dataset = dataset };
    uuid_map_t *wanted = uuid_map_new();
    stated_t s = { .wanted = wanted, .batch = &none };
    bool ok = n == 0 || follow_links(self, &s, keys, n, err);

    uuid_map_destroy(&wanted);
    mem_free(s.gone);
    mem_free(s.touched);
    return ok;
}

/* --- records that move --- */

static void
write_move(json_out_t *out, const same_move_t *m, size_t record_from, size_t record_to)
{
    json_out_object(out, NULL);
    json_out_uuid(out, "from", &m->from);
    json_out_uuid(out, "to", &m->to);
    if (m->dataset_count > 0) {
        json_out_array(out, "datasets");
        for (size_t i = 0; i < m->dataset_count; i++)
            json_out_text(out, NULL, m->datasets[i]);
        json_out_end(out);
    }
    if (record_to > record_from) {
        json_out_array(out, "records");
        for (size_t i = record_from; i < record_to; i++) {
            json_out_object(out, NULL);
            json_out_text(out, "dataset", m->record_datasets[i]);
            write_key(out, "record", &m->record_keys[i]);
            json_out_end(out);
        }
        json_out_end(out);
    }
    json_out_end(out);
}

bool
same_tell_moves(same_t *self, const same_move_t *moves, size_t n, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;

    for (size_t m = 0; m < n; m++) {
        size_t at = 0;

        do { /* an event for each: groups are small */
            size_t to = moves[m].record_count - at > EVENT_RECORDS ? at + EVENT_RECORDS : moves[m].record_count;

            begin_event(self, &data, &out);
            json_out_array(&out, "moves");
            write_move(&out, &moves[m], at, to);
            json_out_end(&out);
            if (!end_event(self, &data, &out, err))
                return false;
            at = to;
        } while (at < moves[m].record_count);
    }
    return true;
}

/* --- one person with all who are the same --- */

static bool
on_member(void *ctx, const store_same_t *row, err_t *err)
{
    same_group_t *g = ctx;
    same_member_t *m;
    json_t *tree = NULL;

    if (g->count == g->cap) {
        size_t cap = g->cap == 0 ? 8 : g->cap * 2;
        same_member_t *members = arena_new_array(g->arena, same_member_t, cap);
        json_t **trees = (json_t **) arena_alloc(g->arena, cap * sizeof(json_t *));

        for (size_t i = 0; i < g->count; i++) {
            members[i] = g->members[i];
            trees[i] = g->trees[i];
        }
        g->members = members;
        g->trees = trees;
        g->cap = cap;
    }
    if (row->sealed.ptr != NULL && !unseal_tree(g->vault, row, &tree, err))
        return false;
    m = &g->members[g->count];
    g->trees[g->count++] = tree;
    *m = (same_member_t){ .person = row->person, .known = row->known, .provisional = row->kind != NULL, .updated_us = row->updated_us };
    if (!uuid_is_nil(&row->head))
        g->head = row->head;
    if (tree == NULL)
        return true;
    m->fields = json_root(tree);
    m->identity = person_identity(m->fields);
    m->key_identity = key_identity(m->fields);
    return m->identity != NULL || err_set(err, ERR_CONFIG, "vault.tampered", "a sealed person has no document");
}

bool
same_group(db_tx_t *tx, const vault_t *vault, arena_t *arena, const uuid_t *person, same_group_t *ret, err_t *err)
{
    *ret = (same_group_t){ .arena = arena, .vault = vault, .head = *person };
    if (!store_same_closure(tx, person, 1, on_member, ret, err))
        return false;
    for (size_t i = 1; i < ret->count; i++)
        if (uuid_eq(&ret->members[i].person, &ret->head)) {
            same_member_t head = ret->members[i];
            json_t *tree = ret->trees[i];

            ret->members[i] = ret->members[0];
            ret->trees[i] = ret->trees[0];
            ret->members[0] = head;
            ret->trees[0] = tree;
        }
    if (ret->count == 1 && !ret->members[0].known) {
        json_destroy(&ret->trees[0]);
        ret->count = 0;
    }
    return true;
}

const char *
same_group_field(const same_group_t *self, const char *field)
{
    const char *ret = NULL;
    int64_t newest = 0;

    for (size_t i = 0; i < self->count; i++) {
        const char *text = json_text(json_get(self->members[i].fields, field));

        if (text == NULL || (ret != NULL && self->members[i].updated_us <= newest))
            continue;
        ret = text;
        newest = self->members[i].updated_us;
    }
    return ret;
}

void
same_group_done(same_group_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        json_destroy(&self->trees[i]);
    self->count = 0;
}
