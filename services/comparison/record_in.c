/* SPDX-License-Identifier: Apache-2.0 */
#include "record_in.h"

#include <string.h>

#include "domain/date.h"
#include "domain/region.h"
#include "json/json_in.h"

#define MEMBERS_MAX 200

static const char *const relations[REL_COUNT] = { "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling",
                                                  "other" };

/* Marks the reader as failed, as its own checks do. */
static void
refuse(json_in_t *in, const char *key, const char *text)
{
    if (in->failed)
        return;
    in->failed = true;
    (void) err_set(in->err, ERR_REJECT, "bad_data", "%s", text);
    if (in->err != NULL)
        (void) snprintf(in->err->pointer, sizeof in->err->pointer, "%s/%s", in->prefix, key);
}

/* A reader of something inside `parent`: it goes on after a failure of the parent's, so that the holders are still made out,
 * but only the first failure is told. */
static json_in_t
inner(const json_in_t *parent, const json_node_t *node, const char *prefix)
{
    json_in_t in;

    json_in_init(&in, node, prefix, parent->failed ? NULL : parent->err);
    return in;
}

static int32_t
in_day(json_in_t *in, const char *key)
{
    const char *text = json_in_text(in, key);
    int32_t day = 0;

    if (!in->failed && !date_parse(text, strlen(text), &day))
        refuse(in, key, "expected a date YYYY-MM-DD");
    return day;
}

static void
in_digest(json_in_t *in, const char *key, const char *text, uint8_t ret[16])
{
    if (!in->failed && !str_unhex(text, strlen(text), ret, 16))
        refuse(in, key, "expected 32 hexadecimal digits");
}

static term_t
in_term(json_in_t *in, const char *key, const char *text, terms_t *terms)
{
    if (in->failed || text == NULL)
        return 0;
    if (text[0] == '\0' || strlen(text) > RECORD_WORD_MAX) {
        refuse(in, key, "expected a word of 1 to 64 bytes");
        return 0;
    }
    return terms_intern(terms, text);
}

static bool
has_id(const uuid_t *ids, size_t n, const uuid_t *id)
{
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(&ids[i], id))
            return true;
    return false;
}

static void
in_persons(json_in_t *in, const json_node_t *list, arena_t *arena, fact_t *ret)
{
    size_t n = json_count(list);

    if (json_kind(list) != JSON_ARRAY || n > MEMBERS_MAX) {
        refuse(in, "persons", "expected a list of at most 200 ids");
        return;
    }
    uuid_t *ids = arena_new_array(arena, uuid_t, n + 1);
    size_t i = 0;
    for (const json_node_t *p = json_first(list); p != NULL; p = json_next(p)) {
        const char *text = json_text(p);

        if (text == NULL || !uuid_parse(text, strlen(text), &ids[i])) {
            refuse(in, "persons", "expected ids");
            return;
        }
        if (!has_id(ids, i, &ids[i])) /* named twice is named */
            i++;
    }
    ret->persons = ids;
    ret->person_count = (uint16_t) i;
}

static void
read_holder(json_in_t *in, held_fact_t *ret)
{
    const char *region;

    if (json_in_uuid_or_nil(in, "person", &ret->holder))
        return;
    region = json_in_text_or(in, "region", NULL);
    if (region == NULL) {
        ret->kind = HELD_BY_HOUSEHOLD;
        ret->holder = json_in_uuid(in, "household");
        return;
    }
    ret->kind = HELD_BY_REGION;
    if (in->failed)
        return;
    if (!region_is_valid(region)) {
        refuse(in, "region", "expected a region code of 2, 4, 6, 9 or 12 digits");
        return;
    }
    (void) str_copy(ret->region, sizeof ret->region, region);
    uuid_derive("region", region, &ret->holder);
}

static void
read_fact(json_in_t *in, terms_t *terms, arena_t *arena, const record_t *record, held_fact_t *ret)
{
    fact_t *f = &ret->fact;

    f->seq = record->seq;
    f->index = record->index;
    f->dataset = record->id.dataset;
    memcpy(f->key, record->id.key, sizeof f->key);
    json_in_t holder = inner(in, json_get(in->object, "holder"), "/facts/holder");
    read_holder(&holder, ret);
    in->failed |= holder.failed;
    f->kind = in_term(in, "kind", json_in_text(in, "kind"), terms);
    f->code = in_term(in, "code", json_in_text_or(in, "code", NULL), terms);
    f->from = in_day(in, "from");
    f->to = json_get(in->object, "to") == NULL ? DATE_OPEN : in_day(in, "to");
    if (!in->failed && f->to < f->from)
        refuse(in, "to", "the fact ends before it begins");
    f->value = json_in_i64_or(in, "value", INT64_MIN, INT64_MAX, 0);
    const json_node_t *persons = json_get(in->object, "persons");
    if (!in->failed && persons != NULL)
        in_persons(in, persons, arena, f);
    const char *ref = json_in_text_or(in, "ref", NULL);
    if (!in->failed && ref != NULL) {
        in_digest(in, "ref", ref, f->ref);
        f->has_ref = true;
    }
}

static void
read_member(json_in_t *in, listed_t *ret)
{
    ret->person = json_in_uuid(in, "person");
    const char *relation = json_in_text(in, "relation");
    const char *sex = json_in_text(in, "sex");
    ret->born = in_day(in, "born");
    if (in->failed)
        return;
    int r = 0;
    while (r < REL_COUNT && strcmp(relation, relations[r]) != 0)
        r++;
    if (r == REL_COUNT) {
        refuse(in, "relation", "expected head, spouse, child, parent, grandchild, grandparent, sibling or other");
        return;
    }
    ret->relation = (relation_t) r;
    ret->male = strcmp(sex, "m") == 0;
    if (!ret->male && strcmp(sex, "f") != 0)
        refuse(in, "sex", "expected m or f");
}

static void
read_entry(json_in_t *in, arena_t *arena, record_t *record)
{
    entry_t *entry = arena_new_array(arena, entry_t, 1);

    record->household = json_in_uuid(in, "household");
    entry->record = record->id;
    entry->seq = record->seq;
    entry->index = record->index;
    const char *region = json_in_text(in, "region");
    const char *area = json_in_text(in, "area");
    entry->effective = in_day(in, "effective");
    entry->closed = json_in_bool_or(in, "closed", false);
    const json_node_t *members = json_in_array(in, "members");
    if (in->failed)
        return;
    if (!region_is_full(region)) {
        refuse(in, "region", "expected 12 digits");
        return;
    }
    memcpy(entry->region, region, sizeof entry->region);
    entry->urban = strcmp(area, "urban") == 0;
    if (!entry->urban && strcmp(area, "rural") != 0)
        refuse(in, "area", "expected urban or rural");
    size_t n = json_count(members);
    if (n > MEMBERS_MAX)
        refuse(in, "members", "more than 200 members");
    if (in->failed)
        return;
    entry->members = arena_new_array(arena, listed_t, n + 1);
    for (const json_node_t *m = json_first(members); m != NULL && !in->failed; m = json_next(m)) {
        json_in_t member = inner(in, m, "/household/members");

        read_member(&member, &entry->members[entry->member_count]);
        in->failed |= member.failed;
        if (!member.failed)
            entry->member_count++;
    }
    record->entry = entry;
}

static void
read_facts(json_in_t *in, terms_t *terms, arena_t *arena, record_t *record)
{
    const json_node_t *facts = json_in_array(in, "facts");
    size_t n = in->failed ? 0 : json_count(facts);

    record->facts = arena_new_array(arena, held_fact_t, n + 1);
    for (const json_node_t *f = n == 0 ? NULL : json_first(facts); f != NULL; f = json_next(f)) {
        json_in_t fact = inner(in, f, "/facts");
        held_fact_t *held = &record->facts[record->fact_count];

        read_fact(&fact, terms, arena, record, held);
        in->failed |= fact.failed;
        if (!uuid_is_nil(&held->holder))
            record->fact_count++;
    }
}

/* Nobody signs for a household or a place. */
static void
check_holders(json_in_t *in, const facts_event_t *event, const record_t *record)
{
    for (size_t i = 0; event->is_protected && i < record->fact_count; i++)
        if (record->facts[i].kind != HELD_BY_PERSON)
            refuse(in, "facts", "what needs a person's authorisation is held by persons");
}

static bool
is_same_holder(const held_fact_t *a, const held_fact_t *b)
{
    return a->kind == b->kind && uuid_eq(&a->holder, &b->holder);
}

/* Nobody will be asked who has it: so there must be one to look at. */
static void
check_named(json_in_t *in, const record_t *record)
{
    const held_fact_t entry = { .kind = HELD_BY_HOUSEHOLD, .holder = record->household };
    const held_fact_t *one = record->has_holder ? &record->holder : record->entry != NULL ? &entry : record->fact_count > 0 ? &record->facts[0] : NULL;
    bool same = one == NULL || record->entry == NULL || is_same_holder(one, &entry);

    for (size_t i = 0; i < record->fact_count; i++)
        same = same && is_same_holder(one, &record->facts[i]);
    if (!same || (record->nobody && one != NULL))
        refuse(in, "holder", "the key names one holder, and the record speaks of another");
}

/* Of a record without facts: whose it is, null where the door knows that it is nobody's. */
static void
read_named(json_in_t *in, record_t *ret)
{
    const json_node_t *node = json_get(in->object, "holder");

    if (node == NULL || in->failed)
        return;
    if (json_kind(node) == JSON_NULL) {
        ret->nobody = true;
        return;
    }
    json_in_t holder = inner(in, node, "/holder");
    read_holder(&holder, &ret->holder);
    in->failed |= holder.failed;
    ret->has_holder = !holder.failed;
}

/* Whoever holds a part of it knows that others do: the next version must find them all. */
static void
mark_shared(record_t *record)
{
    bool shared = false;

    for (size_t i = 0; i < record->fact_count; i++)
        shared |= !uuid_eq(&record->facts[i].holder, &record->facts[0].holder) ||
                  (record->entry != NULL && !uuid_eq(&record->facts[i].holder, &record->household));
    for (size_t i = 0; shared && i < record->fact_count; i++)
        record->facts[i].fact.shared = true;
}

static void
read_record(const json_node_t *node, const facts_event_t *event, terms_t *terms, arena_t *arena, record_t *ret)
{
    err_t why = { .cls = ERR_NONE };
    json_in_t in;

    json_in_init(&in, node, "", &why);
    ret->seq = event->seq;
    ret->id.dataset = event->dataset;
    ret->index = (uint32_t) json_in_i64(&in, "index", 0, UINT32_MAX);
    in_digest(&in, "key", json_in_text(&in, "key"), ret->id.key);
    ret->has_key = !in.failed;
    ret->key_names = event->key_names != 0;
    const char *op = json_in_text(&in, "op");
    read_named(&in, ret);
    if (in.failed || strcmp(op, "put") == 0) {
        ret->op = OP_PUT;
        read_facts(&in, terms, arena, ret);
        check_holders(&in, event, ret);
        const json_node_t *household = json_get(node, "household");
        if (household != NULL) {
            json_in_t entry = inner(&in, household, "/household");

            read_entry(&entry, arena, ret);
            in.failed |= entry.failed;
        }
        mark_shared(ret);
        if (ret->key_names)
            check_named(&in, ret);
    } else if (strcmp(op, "retract") == 0) {
        ret->op = OP_RETRACT;
    } else if (strcmp(op, "end") == 0) {
        ret->op = OP_END;
        ret->on = in_day(&in, "on");
    } else {
        refuse(&in, "op", "expected put, retract or end");
    }
    if (!in.failed)
        return;
    ret->bad = true;
    ret->why = arena_new_array(arena, err_t, 1);
    *ret->why = why;
}

bool
record_in(const stream_event_t *event, terms_t *terms, arena_t *arena, facts_event_t *ret, err_t *err)
{
    json_in_t in;
    facts_event_t e = { .seq = event->seq };

    json_in_init(&in, event->event->data, "/data", err);
    const char *dataset = json_in_text(&in, "dataset");
    e.received = in_day(&in, "received");
    e.is_protected = json_in_bool_or(&in, "protected", false);
    const json_node_t *records = json_in_array(&in, "records");
    term_t term = in_term(&in, "dataset", dataset, terms);
    e.key_names = in_term(&in, "key_names", json_in_text_or(&in, "key_names", NULL), terms);
    if (!json_in_ok(&in))
        return err_add(err, "facts event");
    if (!uuid_parse(event->event->id, strlen(event->event->id), &e.id))
        uuid_derive("event", event->event->id, &e.id);
    e.dataset = term;
    e.records = arena_new_array(arena, record_t, json_count(records) + 1);
    size_t position = 0;
    for (const json_node_t *r = json_first(records); r != NULL; r = json_next(r), position++) {
        if (position < event->record_from || position >= event->record_to)
            continue;
        e.records[e.count].position = position;
        read_record(r, &e, terms, arena, &e.records[e.count++]);
    }
    *ret = e;
    return true;
}
