/* SPDX-License-Identifier: Apache-2.0 */
/* Packed rows: what goes in comes out; a damaged row is refused, whatever the damage. */
#include "unit.h"

#include "comparison_pack.h"
#include "domain/date.h"

#include <string.h>

static uint64_t random_state = 1;

static uint64_t
draw(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static void
draw_bytes(void *ret, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((uint8_t *) ret)[i] = (uint8_t) draw(256);
}

static void
draw_fact(arena_t *arena, fact_t *f)
{
    *f = (fact_t){ .seq = draw(2) == 0 ? draw(100) : UINT64_MAX - draw(100), .index = (uint32_t) draw(UINT32_MAX),
                   .dataset = (term_t) draw(UINT16_MAX), .kind = (term_t) draw(UINT16_MAX), .code = (term_t) draw(3),
                   .from = (int32_t) draw(60000) - 30000, .value = (int64_t) (draw(3) == 0 ? draw(1u << 30) << 20 : draw(1000)),
                   .has_ref = draw(2) == 0, .shared = draw(3) == 0, .person_count = (uint16_t) draw(4) };
    f->to = draw(3) == 0 ? DATE_OPEN : f->from + (int32_t) draw(4000);
    if (draw(4) == 0)
        f->value = -f->value;
    draw_bytes(f->key, sizeof f->key);
    if (f->has_ref)
        draw_bytes(f->ref, sizeof f->ref);
    uuid_t *persons = arena_new_array(arena, uuid_t, f->person_count + 1u);
    draw_bytes(persons, f->person_count * sizeof(uuid_t));
    f->persons = persons;
}

static void
draw_holder(arena_t *arena, holder_t *h)
{
    h->fact_count = draw(6);
    h->facts = arena_new_array(arena, fact_t, h->fact_count + 1);
    for (size_t i = 0; i < h->fact_count; i++)
        draw_fact(arena, &h->facts[i]);
    h->broken_count = draw(3);
    h->broken = arena_new_array(arena, record_id_t, h->broken_count + 1);
    for (size_t i = 0; i < h->broken_count; i++) {
        h->broken[i].dataset = (term_t) draw(100);
        draw_bytes(h->broken[i].key, 16);
    }
}

static void
draw_person(arena_t *arena, person_t *p)
{
    *p = (person_t){ .claim_count = draw(3) };
    p->claims = arena_new_array(arena, claim_t, p->claim_count + 1);
    for (size_t i = 0; i < p->claim_count; i++) {
        draw_bytes(p->claims[i].household.b, 16);
        p->claims[i].effective = (int32_t) draw(40000) - 20000;
        p->claims[i].closed = draw(2) == 0;
    }
    draw_holder(arena, &p->holder);
}

static void
draw_household(arena_t *arena, household_t *h)
{
    *h = (household_t){ .has_entry = draw(4) != 0 };
    draw_holder(arena, &h->holder);
    if (!h->has_entry)
        return;
    h->entry = (entry_t){ .record.dataset = 7, .seq = draw(1000), .index = (uint32_t) draw(1000), .urban = draw(2) == 0,
                          .closed = draw(2) == 0, .effective = (int32_t) draw(20000), .member_count = draw(5) };
    draw_bytes(h->entry.record.key, 16);
    (void) snprintf(h->entry.region, sizeof h->entry.region, "320681%06d", (int) draw(1000000));
    h->entry.members = arena_new_array(arena, listed_t, h->entry.member_count + 1);
    for (size_t i = 0; i < h->entry.member_count; i++) {
        listed_t *m = &h->entry.members[i];

        draw_bytes(m->person.b, 16);
        m->relation = (relation_t) draw(REL_COUNT);
        m->male = draw(2) == 0;
        m->born = (int32_t) draw(40000) - 30000;
    }
}

static void
assert_same_holder(const holder_t *a, const holder_t *b)
{
    assert_int_equal(a->fact_count, b->fact_count);
    for (size_t i = 0; i < a->fact_count; i++) {
        const fact_t *x = &a->facts[i], *y = &b->facts[i];

        assert_true(x->seq == y->seq && x->index == y->index && x->dataset == y->dataset && x->kind == y->kind &&
                    x->code == y->code && x->from == y->from && x->to == y->to && x->value == y->value &&
                    x->has_ref == y->has_ref && x->shared == y->shared && x->person_count == y->person_count);
        assert_memory_equal(x->key, y->key, 16);
        assert_memory_equal(x->ref, y->ref, 16);
        if (x->person_count > 0)
            assert_memory_equal(x->persons, y->persons, x->person_count * sizeof(uuid_t));
    }
    assert_int_equal(a->broken_count, b->broken_count);
    for (size_t i = 0; i < a->broken_count; i++)
        assert_true(record_id_eq(&a->broken[i], &b->broken[i]));
}

static void
test_round_trip(void **state)
{
    (void) state;
    for (int i = 0; i < 2000; i++) {
        arena_t *arena = arena_new(4096);
        AUTO_STR packed = STR_INIT;
        person_t p, q = { .claim_count = 0 };
        household_t h, k = { .has_entry = false };
        err_t err = { .cls = ERR_NONE };

        draw_person(arena, &p);
        pack_person(&p, &packed);
        assert_true(pack_read_person(str_slice(&packed), arena, &q, &err));
        assert_same_holder(&p.holder, &q.holder);
        assert_int_equal(p.claim_count, q.claim_count);
        for (size_t c = 0; c < p.claim_count; c++)
            assert_true(uuid_eq(&p.claims[c].household, &q.claims[c].household) && p.claims[c].effective == q.claims[c].effective &&
                        p.claims[c].closed == q.claims[c].closed);
        str_clear(&packed);
        draw_household(arena, &h);
        pack_household(&h, &packed);
        assert_true(pack_read_household(str_slice(&packed), arena, &k, &err));
        assert_same_holder(&h.holder, &k.holder);
        assert_int_equal(h.has_entry, k.has_entry);
        AUTO_STR again = STR_INIT;
        pack_household(&k, &again);
        assert_int_equal(packed.len, again.len);
        assert_memory_equal(packed.ptr, again.ptr, packed.len);
        region_t place = { .code = "320681" }, read = { .code = "320681" };
        draw_holder(arena, &place.holder);
        str_clear(&packed);
        pack_region(&place, &packed);
        assert_true(pack_read_region(str_slice(&packed), arena, &read, &err));
        assert_same_holder(&place.holder, &read.holder);
        packed.len--;
        assert_false(pack_read_region(str_slice(&packed), arena, &read, &err));
        packed.len++;
        arena_destroy(&arena);
    }
}

/* A row from before facts told whether others hold their record is read as before, and each of its facts may be such a one. */
static void
test_first_version(void **state)
{
    arena_t *arena = arena_new(4096);
    AUTO_STR packed = STR_INIT;
    err_t err = { .cls = ERR_NONE };
    person_t p = { .claim_count = 0 }, q = { .claim_count = 0 };
    size_t n = 0;

    (void) state;
    for (int i = 0; i < 50; i++) {
        str_clear(&packed);
        draw_person(arena, &p);
        for (size_t f = 0; f < p.holder.fact_count; f++)
            p.holder.facts[f].shared = false;
        pack_person(&p, &packed);
        packed.ptr[0] = 1;
        assert_true(pack_read_person(str_slice(&packed), arena, &q, &err));
        for (size_t f = 0; f < p.holder.fact_count; f++, n++)
            p.holder.facts[f].shared = true;
        assert_same_holder(&p.holder, &q.holder);
    }
    assert_true(n > 0);
    packed.ptr[0] = 0;
    assert_false(pack_read_person(str_slice(&packed), arena, &q, &err));
    arena_destroy(&arena);
}

static void
test_history_bodies(void **state)
{
    arena_t *arena = arena_new(4096);
    AUTO_STR body = STR_INIT;
    err_t err = { .cls = ERR_NONE };
    fact_t facts[2], *read;
    const fact_t *list[] = { &facts[0], &facts[1] };
    household_t h;
    entry_t *entry;
    claim_t claim = { .effective = -3, .closed = true }, claim_read;
    int32_t day;
    size_t n;

    (void) state;
    draw_fact(arena, &facts[0]);
    draw_fact(arena, &facts[1]);
    do
        draw_household(arena, &h);
    while (!h.has_entry);
    pack_facts(list, 2, &h.entry, &body);
    assert_true(pack_read_facts(str_slice(&body), arena, &read, &n, &entry, &err));
    assert_int_equal(n, 2);
    assert_true(read[1].value == facts[1].value && read[0].to == facts[0].to);
    assert_string_equal(entry->region, h.entry.region);
    str_clear(&body);
    pack_facts(list, 0, NULL, &body);
    assert_true(pack_read_facts(str_slice(&body), arena, &read, &n, &entry, &err));
    assert_true(n == 0 && entry == NULL);
    str_clear(&body);
    pack_day(-25567, &body);
    assert_true(pack_read_day(str_slice(&body), &day, &err));
    assert_int_equal(day, -25567);
    str_clear(&body);
    pack_claim(&claim, &body);
    assert_true(pack_read_claim(str_slice(&body), &claim_read, &err));
    assert_true(claim_read.effective == -3 && claim_read.closed);
    arena_destroy(&arena);
}

/* Every shorter row and every newer version is refused; any flipped byte is read or refused, and nothing breaks. */
static void
test_damage_is_refused(void **state)
{
    (void) state;
    for (int i = 0; i < 100; i++) {
        arena_t *arena = arena_new(4096);
        AUTO_STR packed = STR_INIT;
        person_t p, q = { .claim_count = 0 };
        err_t err = { .cls = ERR_NONE };

        draw_person(arena, &p);
        pack_person(&p, &packed);
        for (size_t n = 0; n < packed.len; n++) {
            slice_t cut = { packed.ptr, n };

            assert_false(pack_read_person(cut, arena, &q, &err));
            assert_int_equal(err.cls, ERR_CONFIG);
        }
        packed.ptr[0]++;
        assert_false(pack_read_person(str_slice(&packed), arena, &q, &err));
        packed.ptr[0]--;
        for (size_t n = 1; n < packed.len; n++) {
            char kept = packed.ptr[n];

            packed.ptr[n] = (char) draw(256);
            (void) !pack_read_person(str_slice(&packed), arena, &q, &err);
            packed.ptr[n] = kept;
        }
        str_add_char(&packed, 'x');
        assert_false(pack_read_person(str_slice(&packed), arena, &q, &err));
        arena_destroy(&arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_first_version),
        cmocka_unit_test(test_history_bodies),
        cmocka_unit_test(test_damage_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
