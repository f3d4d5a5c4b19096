/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include "base/num.h"
#include "json/json_in.h"
#include "record.h"

#include <string.h>

batch_t *
batch_new(const dataset_t *dataset, const vault_t *vault, int32_t today)
{
    batch_t *self = mem_new(batch_t);

    self->dataset = dataset;
    self->vault = vault;
    self->today = today;
    self->arena = arena_new(65536);
    self->people = mem_new(record_people_t);
    self->by_hash = uuid_map_new();
    self->by_key = uuid_map_new();
    return self;
}

void
batch_expect(batch_t *self, size_t records, size_t bytes)
{
    REQUIRE(records <= BATCH_RECORDS_MAX);
    self->records = mem_grow(self->records, &self->record_cap, records, sizeof(*self->records));
    str_reserve(&self->text, bytes);
    str_reserve(&self->content, bytes);
    uuid_map_reserve(self->by_key, records);
    uuid_map_reserve(self->by_hash, records);
}

void
batch_destroy(batch_t **self_p)
{
    batch_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->persons != NULL)
        mem_wipe(self->persons, self->person_cap * sizeof(*self->persons));
    str_done(&self->text);
    mem_free(self->records);
    mem_free(self->blanks);
    mem_free(self->persons);
    mem_free(self->seals);
    mem_free(self->links);
    mem_free(self->people);
    json_destroy(&self->tree);
    str_done(&self->content);
    uuid_map_destroy(&self->by_hash);
    uuid_map_destroy(&self->by_key);
    arena_destroy(&self->arena);
    mem_free(self);
    *self_p = NULL;
}

/* Maps hold pointers: an index goes in as index + 1. */
static void *
index_to_ptr(size_t i)
{
    return (void *) (uintptr_t) (i + 1);
}

static bool
ptr_to_index(const void *p, size_t *ret)
{
    if (p == NULL)
        return false;
    *ret = (size_t) (uintptr_t) p - 1;
    return true;
}

static batch_person_t *
add_person(batch_t *self)
{
    batch_person_t *p;

    /* Growing moves the array: the old copy would stay in freed memory, so it is wiped before it goes. */
    if (self->person_count == self->person_cap) {
        size_t cap = 0, need = self->person_cap ? self->person_cap * 2 : 256;
        batch_person_t *grown = mem_grow(NULL, &cap, need, sizeof(*grown));

        if (self->persons != NULL) {
            memcpy(grown, self->persons, self->person_count * sizeof(*grown));
            mem_wipe(self->persons, self->person_cap * sizeof(*grown));
            mem_free(self->persons);
        }
        self->persons = grown;
        self->person_cap = cap;
    }
    p = &self->persons[self->person_count++];
    memset(p, 0, sizeof(*p));
    return p;
}

uint32_t
batch_person(batch_t *self, const char *identity, int32_t born, bool male)
{
    uuid_t hash;
    batch_person_t *p;
    size_t i;

    vault_person_hash(self->vault, identity, &hash);
    if (ptr_to_index(uuid_map_get(self->by_hash, &hash), &i))
        return (uint32_t) i;
    p = add_person(self);
    i = self->person_count - 1;
    if (document_is_provisional(identity)) {
        p->identity = arena_strndup(self->arena, identity, strlen(identity));
        self->others++;
    } else {
        (void) str_copy(p->document, sizeof(p->document), identity);
    }
    p->hash = hash;
    p->born = born;
    p->male = male;
    uuid_map_put(self->by_hash, &hash, index_to_ptr(i));
    return (uint32_t) i;
}

const char *
batch_identity(const batch_person_t *person)
{
    return person->identity != NULL ? person->identity : person->document;
}

void
batch_link(batch_t *self, uint32_t from, uint32_t into)
{
    if (from == into)
        return;
    self->links = mem_grow(self->links, &self->link_cap, self->link_count + 1, sizeof(*self->links));
    self->links[self->link_count++] = (batch_link_t){ .record = (uint32_t) (self->count - 1), .from = from, .into = into };
}

void
batch_blank(batch_t *self, uint32_t person)
{
    self->blanks = mem_grow(self->blanks, &self->blank_cap, self->blank_count + 1, sizeof(*self->blanks));
    self->blanks[self->blank_count++] = (batch_blank_t){ .at = self->text.len - UUID_TEXT_SIZE, .person = person };
}

void
batch_seek(batch_t *self, size_t holder_at)
{
    batch_record_t *r = &self->records[self->count - 1];

    r->sought = true;
    r->holder_at = holder_at;
}

static const char *
keep(batch_t *self, const char *s)
{
    return s ? arena_strndup(self->arena, s, strlen(s)) : NULL;
}

void
batch_seal(batch_t *self, uint32_t person, const char *name, const char *phone, const char *address)
{
    if (name == NULL && phone == NULL && address == NULL)
        return;
    self->seals = mem_grow(self->seals, &self->seal_cap, self->seal_count + 1, sizeof(*self->seals));
    self->seals[self->seal_count++] = (batch_seal_t){ .record = (uint32_t) (self->count - 1),
                                                      .person = person,
                                                      .name = keep(self, name),
                                                      .phone = keep(self, phone),
                                                      .address = keep(self, address) };
}

static void
reject(batch_t *self, batch_record_t *r, const char *code, const char *pointer, const char *message)
{
    r->state = RECORD_REJECTED;
    r->code = keep(self, code);
    r->pointer = keep(self, pointer);
    r->message = keep(self, message);
}

static void
add_total(batch_t *self, const json_node_t *root)
{
    int64_t fen;

    if (record_total(self->dataset, root, &fen) && !num_add_i64(self->total, fen, &self->total))
        self->total_overflow = true;
}

static slice_t
content_of(const batch_t *self, const batch_record_t *r)
{
    return (slice_t){ self->content.ptr + r->content_at, r->content_len };
}

/* The first record under a key stands for it; later ones say the same, or they clash and all of that key go. */
static void
settle_key(batch_t *self, size_t index)
{
    batch_record_t *r = &self->records[index], *first;
    size_t at;

    r->first = index;
    if (!ptr_to_index(uuid_map_get(self->by_key, &r->key), &at)) {
        uuid_map_put(self->by_key, &r->key, index_to_ptr(index));
        return;
    }
    first = &self->records[at];
    r->first = at;
    if (!first->clash && slice_eq(content_of(self, first), content_of(self, r)))
        r->state = RECORD_SAME;
    else
        first->clash = true;
}

void
batch_record_digest(const vault_t *vault, slice_t raw, uuid_t *ret)
{
    AUTO(json) tree = NULL;
    AUTO_STR text = STR_INIT;

    /* spaces and the order of members are no content */
    if (raw.len <= RECORD_BYTES_MAX && json_parse(raw.ptr, raw.len, &tree, NULL))
        json_canonical(json_root(tree), &text);
    else
        str_add_n(&text, raw.ptr, raw.len);
    vault_digest(vault, text.ptr, text.len, ret);
}

void
batch_digest(const batch_t *self, size_t i, uuid_t *ret)
{
    const slice_t content = content_of(self, &self->records[i]);

    vault_digest(self->vault, content.ptr, content.len, ret);
}

static batch_record_t *
next_record(batch_t *self, slice_t raw)
{
    size_t index = self->count++;
    batch_record_t *r;

    REQUIRE(index < BATCH_RECORDS_MAX);
    if (index == self->record_cap)
        self->records = mem_grow(self->records, &self->record_cap, index + 1, sizeof(*self->records));
    r = &self->records[index];
    *r = (batch_record_t){ .raw = raw,
                           .first = index,
                           .content_at = self->content.len,
                           .text_at = self->text.len,
                           .blank_at = self->blank_count };
    return r;
}

/* One that cannot be read: its bytes are its content. */
static void
reject_raw(batch_t *self, slice_t raw, const char *code, const char *message)
{
    batch_record_t *r = next_record(self, raw);

    str_add_n(&self->content, raw.ptr, raw.len);
    r->content_len = raw.len;
    reject(self, r, code, "", message);
}

void
batch_add(batch_t *self, slice_t raw)
{
    err_t err;

    err_clear(&err);
    if (raw.len > RECORD_BYTES_MAX || json_check(raw.ptr, raw.len, &err))
        batch_add_checked(self, raw);
    else
        reject_raw(self, raw, err.code, err.text);
}

void
batch_add_checked(batch_t *self, slice_t raw)
{
    size_t index = self->count, text_at = self->text.len, blank_at = self->blank_count, seal_at = self->seal_count,
           link_at = self->link_count;
    const json_node_t *root;
    batch_record_t *r;
    err_t err;

    err_clear(&err);
    if (raw.len > RECORD_BYTES_MAX) {
        reject_raw(self, raw, "too_large", "a record has at most 256 KiB");
        return;
    }
    if (!json_read_checked(raw.ptr, raw.len, &self->tree, &err)) {
        reject_raw(self, raw, err.code, err.text);
        return;
    }
    r = next_record(self, raw);
    root = json_root(self->tree);
    json_canonical(root, &self->content);
    r->content_len = self->content.len - r->content_at;
    add_total(self, root);
    if (!record_take(self, index, root, &err)) {
        self->text.len = text_at;
        self->blank_count = blank_at;
        self->seal_count = seal_at;
        self->link_count = link_at;
        reject(self, r, err.code, err.pointer, err.text);
        return;
    }
    r->text_len = self->text.len - text_at;
    r->blank_n = self->blank_count - blank_at;
    settle_key(self, index);
}

void
batch_finish(batch_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        batch_record_t *r = &self->records[i];

        if (r->state != RECORD_REJECTED && self->records[r->first].clash)
            reject(self, r, "duplicate_key", "",
                   "another record of this batch has the same key and other content; send the right one alone");
        if (r->state == RECORD_REJECTED) {
            self->rejected++;
            continue;
        }
        self->accepted++;
        if (r->state == RECORD_SAME)
            continue;
        for (size_t b = 0; b < r->blank_n; b++) {
            batch_person_t *p = &self->persons[self->blanks[r->blank_at + b].person];

            if (r->sought && b + 1 == r->blank_n)
                p->sought = true;
            else
                p->needed = true;
        }
    }
    for (size_t i = 0; i < self->link_count; i++) {
        const batch_link_t *l = &self->links[i];

        if (self->records[l->record].state != RECORD_PUT)
            continue;
        self->persons[l->from].needed = true;
        self->persons[l->into].needed = true;
    }
    batch_take_seals(self);
}

void
batch_take_seals(batch_t *self)
{
    for (size_t i = 0; i < self->person_count; i++)
        self->persons[i].name = self->persons[i].phone = self->persons[i].address = NULL;
    for (size_t i = 0; i < self->seal_count; i++) {
        const batch_seal_t *s = &self->seals[i];
        batch_person_t *p = &self->persons[s->person];

        if (self->records[s->record].state != RECORD_PUT)
            continue;
        p->needed = true;
        p->name = s->name ? s->name : p->name;
        p->phone = s->phone ? s->phone : p->phone;
        p->address = s->address ? s->address : p->address;
    }
}

/* The same document once more, for somebody else. */
static uint32_t
copy_person(batch_t *self, uint32_t person, const uuid_t *pseudonym)
{
    for (uint32_t i = 0; i < self->person_count; i++)
        if (self->persons[i].routed && uuid_eq(&self->persons[i].hash, &self->persons[person].hash) &&
            uuid_eq(&self->persons[i].pseudonym, pseudonym))
            return i;
    batch_person_t *p = add_person(self);
    *p = self->persons[person];
    p->pseudonym = *pseudonym;
    p->routed = true;
    p->fresh = false;
    return (uint32_t) (self->person_count - 1);
}

void
batch_move_person(batch_t *self, size_t i, uint32_t person, const uuid_t *pseudonym)
{
    const batch_record_t *r = &self->records[i];
    uint32_t other = copy_person(self, person, pseudonym);

    for (size_t b = r->blank_at; b < r->blank_at + r->blank_n; b++)
        if (self->blanks[b].person == person)
            self->blanks[b].person = other;
    for (size_t s = 0; s < self->seal_count; s++)
        if (self->seals[s].record == i && self->seals[s].person == person)
            self->seals[s].person = other;
    for (size_t l = 0; l < self->link_count; l++) {
        batch_link_t *link = &self->links[l];

        if (link->record != i)
            continue;
        link->from = link->from == person ? other : link->from;
        link->into = link->into == person ? other : link->into;
    }
}

static void
leave_holder_out(batch_t *self, batch_record_t *r)
{
    const char *rest = r->state == RECORD_PUT ? ",\"holder\":null}" : "}";

    memcpy(self->text.ptr + r->holder_at, rest, strlen(rest));
    r->text_len = r->holder_at + strlen(rest) - r->text_at;
}

void
batch_fill(batch_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        batch_record_t *r = &self->records[i];

        if (r->state != RECORD_PUT && r->state != RECORD_RETRACT)
            continue;
        for (size_t b = r->blank_at; b < r->blank_at + r->blank_n; b++) {
            const batch_person_t *p = &self->persons[self->blanks[b].person];
            char text[UUID_TEXT_SIZE];

            if (r->sought && b + 1 == r->blank_at + r->blank_n && uuid_is_nil(&p->pseudonym)) {
                leave_holder_out(self, r);
                break;
            }
            REQUIRE(!uuid_is_nil(&p->pseudonym));
            uuid_format(&p->pseudonym, text);
            memcpy(self->text.ptr + self->blanks[b].at, text, UUID_TEXT_SIZE - 1);
        }
    }
}

slice_t
batch_item(const batch_t *self, size_t i)
{
    const batch_record_t *r = &self->records[i];

    REQUIRE(r->state == RECORD_PUT || r->state == RECORD_RETRACT);
    return (slice_t){ self->text.ptr + r->text_at, r->text_len };
}
