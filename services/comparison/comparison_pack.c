/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_pack.h"

#include <string.h>

#include "domain/date.h"

enum { FACT_REF = 1, FACT_PERSONS = 2, FACT_SHARED = 4 };
enum { ENTRY_URBAN = 1, ENTRY_CLOSED = 2 };

/* --- writing --- */

static void
put_u64(str_t *out, uint64_t v)
{
    char buf[10];
    size_t n = 0;

    while (v >= 0x80) {
        buf[n++] = (char) (uint8_t) (v | 0x80);
        v >>= 7;
    }
    buf[n++] = (char) v;
    str_add_n(out, buf, n);
}

static void
put_i64(str_t *out, int64_t v)
{
    put_u64(out, ((uint64_t) v << 1) ^ (uint64_t) (v >> 63));
}

static void
put_fact(str_t *out, const fact_t *f)
{
    unsigned flags = (f->has_ref ? FACT_REF : 0u) | (f->person_count > 0 ? FACT_PERSONS : 0u) | (f->shared ? FACT_SHARED : 0u);

    put_u64(out, flags);
    put_u64(out, f->kind);
    put_u64(out, f->code);
    put_i64(out, f->from);
    put_u64(out, f->to == DATE_OPEN ? 0 : (uint64_t) ((int64_t) f->to - f->from + 1));
    put_i64(out, f->value);
    if (f->has_ref)
        str_add_n(out, f->ref, sizeof f->ref);
    if (f->person_count > 0) {
        put_u64(out, f->person_count);
        str_add_n(out, f->persons, f->person_count * sizeof(uuid_t));
    }
}

static void
put_holder(str_t *out, const holder_t *holder)
{
    put_u64(out, holder->broken_count);
    for (size_t i = 0; i < holder->broken_count; i++) {
        put_u64(out, holder->broken[i].dataset);
        str_add_n(out, holder->broken[i].key, 16);
    }
    put_u64(out, holder->fact_count);
    for (size_t i = 0; i < holder->fact_count; i++) {
        const fact_t *f = &holder->facts[i];

        put_u64(out, f->dataset);
        str_add_n(out, f->key, 16);
        put_u64(out, f->seq);
        put_u64(out, f->index);
        put_fact(out, f);
    }
}

static void
put_claim(str_t *out, const claim_t *claim)
{
    str_add_n(out, claim->household.b, 16);
    put_i64(out, claim->effective);
    put_u64(out, claim->closed);
}

static void
put_entry(str_t *out, const entry_t *entry)
{
    size_t len = strlen(entry->region);

    put_u64(out, (entry->urban ? ENTRY_URBAN : 0u) | (entry->closed ? ENTRY_CLOSED : 0u));
    put_u64(out, len);
    str_add_n(out, entry->region, len);
    put_i64(out, entry->effective);
    put_u64(out, entry->member_count);
    for (size_t i = 0; i < entry->member_count; i++) {
        const listed_t *m = &entry->members[i];

        str_add_n(out, m->person.b, 16);
        put_u64(out, (uint64_t) m->relation << 1 | (m->male ? 1u : 0u));
        put_i64(out, m->born);
    }
}

void
pack_person(const person_t *person, str_t *ret)
{
    str_add_char(ret, PACK_VERSION);
    put_u64(ret, person->claim_count);
    for (size_t i = 0; i < person->claim_count; i++)
        put_claim(ret, &person->claims[i]);
    put_holder(ret, &person->holder);
}

void
pack_household(const household_t *household, str_t *ret)
{
    str_add_char(ret, PACK_VERSION);
    put_u64(ret, household->has_entry);
    if (household->has_entry) {
        put_u64(ret, household->entry.record.dataset);
        str_add_n(ret, household->entry.record.key, 16);
        put_u64(ret, household->entry.seq);
        put_u64(ret, household->entry.index);
        put_entry(ret, &household->entry);
    }
    put_holder(ret, &household->holder);
}

void
pack_region(const region_t *region, str_t *ret)
{
    str_add_char(ret, PACK_VERSION);
    put_holder(ret, &region->holder);
}

void
pack_facts(const fact_t *const *facts, size_t n, const entry_t *entry, str_t *ret)
{
    str_add_char(ret, PACK_VERSION);
    put_u64(ret, entry != NULL);
    if (entry != NULL)
        put_entry(ret, entry);
    put_u64(ret, n);
    for (size_t i = 0; i < n; i++)
        put_fact(ret, facts[i]);
}

void
pack_day(int32_t day, str_t *ret)
{
    str_add_char(ret, PACK_VERSION);
    put_i64(ret, day);
}

void
pack_claim(const claim_t *claim, str_t *ret)
{
    str_add_char(ret, PACK_VERSION);
    put_claim(ret, claim);
}

/* --- reading: sticky, checked once at the end --- */

typedef struct {
    const uint8_t *p, *end;
    unsigned version;
    bool failed;
} in_t;

static uint64_t
get_u64(in_t *in)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (in->failed || in->p == in->end)
            break;
        uint8_t b = *in->p++;
        v |= (uint64_t) (b & 0x7f) << shift;
        if (b < 0x80)
            return v;
    }
    in->failed = true;
    return 0;
}

static int64_t
get_i64(in_t *in)
{
    uint64_t v = get_u64(in);

    return (int64_t) (v >> 1) ^ -(int64_t) (v & 1);
}

static int32_t
get_day(in_t *in)
{
    int64_t v = get_i64(in);

    if (v < INT32_MIN || v > INT32_MAX) {
        in->failed = true;
        return 0;
    }
    return (int32_t) v;
}

/* A count of things of at least `size` bytes each: more than the rest can hold means damage, not a huge allocation. */
static size_t
get_count(in_t *in, size_t size)
{
    uint64_t v = get_u64(in);

    if (in->failed || v > (uint64_t) (in->end - in->p) / size) {
        in->failed = true;
        return 0;
    }
    return (size_t) v;
}

static void
get_bytes(in_t *in, void *ret, size_t n)
{
    if (in->failed || (size_t) (in->end - in->p) < n) {
        in->failed = true;
        return;
    }
    memcpy(ret, in->p, n);
    in->p += n;
}

static term_t
get_term(in_t *in)
{
    uint64_t v = get_u64(in);

    if (v > UINT16_MAX)
        in->failed = true;
    return (term_t) v;
}

static void
get_fact(in_t *in, arena_t *arena, fact_t *f)
{
    uint64_t flags = get_u64(in);

    f->kind = get_term(in);
    f->code = get_term(in);
    f->from = get_day(in);
    uint64_t length = get_u64(in);
    if (length > UINT32_MAX)
        in->failed = true;
    f->to = length == 0 ? DATE_OPEN : (int32_t) ((int64_t) f->from + (int64_t) length - 1);
    f->value = get_i64(in);
    f->shared = (flags & FACT_SHARED) != 0 || in->version < PACK_VERSION_SHARED;
    f->has_ref = (flags & FACT_REF) != 0;
    if (f->has_ref)
        get_bytes(in, f->ref, sizeof f->ref);
    if ((flags & FACT_PERSONS) != 0) {
        size_t n = get_count(in, sizeof(uuid_t));
        uuid_t *persons = arena_new_array(arena, uuid_t, n + 1);

        get_bytes(in, persons, n * sizeof(uuid_t));
        f->persons = persons;
        f->person_count = (uint16_t) n;
    }
}

static void
get_holder(in_t *in, arena_t *arena, holder_t *ret)
{
    ret->broken_count = ret->broken_cap = get_count(in, 17);
    ret->broken = ret->broken_count == 0 ? NULL : arena_new_array(arena, record_id_t, ret->broken_count);
    for (size_t i = 0; i < ret->broken_count; i++) {
        ret->broken[i].dataset = get_term(in);
        get_bytes(in, ret->broken[i].key, 16);
    }
    ret->fact_count = get_count(in, 25);
    ret->fact_cap = ret->fact_count + 2; /* most runs add a fact or two */
    ret->facts = arena_new_array(arena, fact_t, ret->fact_cap);
    for (size_t i = 0; i < ret->fact_count && !in->failed; i++) {
        fact_t *f = &ret->facts[i];

        f->dataset = get_term(in);
        get_bytes(in, f->key, 16);
        f->seq = get_u64(in);
        f->index = (uint32_t) get_u64(in);
        get_fact(in, arena, f);
    }
}

static void
get_claim(in_t *in, claim_t *ret)
{
    get_bytes(in, ret->household.b, 16);
    ret->effective = get_day(in);
    ret->closed = get_u64(in) != 0;
}

static void
get_entry(in_t *in, arena_t *arena, entry_t *ret)
{
    uint64_t flags = get_u64(in);
    size_t len = get_count(in, 1);

    if (len >= sizeof ret->region) {
        in->failed = true;
        return;
    }
    get_bytes(in, ret->region, len);
    ret->region[len] = '\0';
    ret->urban = (flags & ENTRY_URBAN) != 0;
    ret->closed = (flags & ENTRY_CLOSED) != 0;
    ret->effective = get_day(in);
    ret->member_count = get_count(in, 18);
    ret->members = arena_new_array(arena, listed_t, ret->member_count + 1);
    for (size_t i = 0; i < ret->member_count && !in->failed; i++) {
        listed_t *m = &ret->members[i];

        get_bytes(in, m->person.b, 16);
        uint64_t packed = get_u64(in);
        m->male = (packed & 1) != 0;
        if (packed >> 1 >= REL_COUNT)
            in->failed = true;
        else
            m->relation = (relation_t) (packed >> 1);
        m->born = get_day(in);
    }
}

static in_t
begin(slice_t packed)
{
    in_t in = { .p = (const uint8_t *) packed.ptr, .end = (const uint8_t *) packed.ptr + packed.len, .failed = packed.len == 0 };

    if (!in.failed)
        in.version = *in.p++;
    in.failed |= in.version < 1 || in.version > PACK_VERSION;
    return in;
}

static bool
finish(const in_t *in, const char *what, err_t *err)
{
    if (in->failed || in->p != in->end)
        return err_set(err, ERR_CONFIG, "comparison.packed",
                       "a packed %s cannot be read: damaged, or written by a newer program; restore it or upgrade", what);
    return true;
}

bool
pack_read_person(slice_t packed, arena_t *arena, person_t *ret, err_t *err)
{
    in_t in = begin(packed);

    ret->claim_count = ret->claim_cap = get_count(&in, 18);
    ret->claims = ret->claim_count == 0 ? NULL : arena_new_array(arena, claim_t, ret->claim_count);
    for (size_t i = 0; i < ret->claim_count; i++)
        get_claim(&in, &ret->claims[i]);
    get_holder(&in, arena, &ret->holder);
    return finish(&in, "person", err);
}

bool
pack_read_household(slice_t packed, arena_t *arena, household_t *ret, err_t *err)
{
    in_t in = begin(packed);

    ret->has_entry = get_u64(&in) != 0;
    if (ret->has_entry) {
        ret->entry.record.dataset = get_term(&in);
        get_bytes(&in, ret->entry.record.key, 16);
        ret->entry.seq = get_u64(&in);
        ret->entry.index = (uint32_t) get_u64(&in);
        get_entry(&in, arena, &ret->entry);
    }
    get_holder(&in, arena, &ret->holder);
    return finish(&in, "household", err);
}

bool
pack_read_region(slice_t packed, arena_t *arena, region_t *ret, err_t *err)
{
    in_t in = begin(packed);

    get_holder(&in, arena, &ret->holder);
    return finish(&in, "place", err);
}

bool
pack_read_facts(slice_t body, arena_t *arena, fact_t **ret_facts, size_t *ret_n, entry_t **ret_entry, err_t *err)
{
    in_t in = begin(body);
    entry_t *entry = NULL;

    if (get_u64(&in) != 0) {
        entry = arena_new_array(arena, entry_t, 1);
        get_entry(&in, arena, entry);
    }
    size_t n = get_count(&in, 6);
    fact_t *facts = arena_new_array(arena, fact_t, n + 1);
    for (size_t i = 0; i < n && !in.failed; i++)
        get_fact(&in, arena, &facts[i]);
    if (!finish(&in, "record", err))
        return false;
    *ret_facts = facts;
    *ret_n = n;
    *ret_entry = entry;
    return true;
}

bool
pack_read_day(slice_t body, int32_t *ret, err_t *err)
{
    in_t in = begin(body);
    int32_t day = get_day(&in);

    if (!finish(&in, "day", err))
        return false;
    *ret = day;
    return true;
}

bool
pack_read_claim(slice_t body, claim_t *ret, err_t *err)
{
    in_t in = begin(body);
    claim_t claim = { .effective = 0 };

    get_claim(&in, &claim);
    if (!finish(&in, "claim", err))
        return false;
    *ret = claim;
    return true;
}
