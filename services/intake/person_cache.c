/* SPDX-License-Identifier: Apache-2.0 */
#include "person.h"

#include <string.h>

#define WAYS 8

typedef struct {
    uuid_t hash, pseudonym;
} slot_t;

/* Groups of eight, chosen by bits of the hash (a keyed digest, so they spread evenly).  In each group a hand goes
 * round: it spares once what was used since it last came by. */
struct person_cache {
    slot_t *slots; /* groups × WAYS; a nil pseudonym is an empty slot */
    uint8_t *used; /* a bit per way, per group */
    uint8_t *hand;
    size_t groups; /* a power of two */
};

person_cache_t *
person_cache_new(size_t capacity)
{
    person_cache_t *self = mem_new(person_cache_t);

    self->groups = 1;
    while (self->groups * WAYS < capacity)
        self->groups *= 2;
    self->slots = mem_new_array(slot_t, self->groups * WAYS);
    self->used = mem_new_array(uint8_t, self->groups);
    self->hand = mem_new_array(uint8_t, self->groups);
    return self;
}

void
person_cache_destroy(person_cache_t **self_p)
{
    person_cache_t *self = *self_p;

    if (self == NULL)
        return;
    mem_free(self->slots);
    mem_free(self->used);
    mem_free(self->hand);
    mem_free(self);
    *self_p = NULL;
}

void
person_cache_clear(person_cache_t *self)
{
    memset(self->slots, 0, self->groups * WAYS * sizeof(*self->slots));
    memset(self->used, 0, self->groups);
}

static size_t
group_of(const person_cache_t *self, const uuid_t *hash)
{
    uint64_t bits;

    memcpy(&bits, hash->b, sizeof(bits));
    return (size_t) bits & (self->groups - 1);
}

/* Compared a word at a time: this runs for every person of every batch. */
static bool
is_same(const uuid_t *a, const uuid_t *b)
{
    uint64_t x[2], y[2];

    memcpy(x, a->b, sizeof(x));
    memcpy(y, b->b, sizeof(y));
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static slot_t *
find(person_cache_t *self, size_t group, const uuid_t *hash)
{
    slot_t *s = &self->slots[group * WAYS];

    for (unsigned way = 0; way < WAYS; way++)
        if (is_same(&s[way].hash, hash) && !uuid_is_nil(&s[way].pseudonym)) {
            self->used[group] = (uint8_t) (self->used[group] | 1u << way);
            return &s[way];
        }
    return NULL;
}

bool
person_cache_get(person_cache_t *self, const uuid_t *hash, uuid_t *ret_pseudonym)
{
    const slot_t *s = find(self, group_of(self, hash), hash);

    if (s == NULL)
        return false;
    *ret_pseudonym = s->pseudonym;
    return true;
}

void
person_cache_forget(person_cache_t *self, const uuid_t *hash)
{
    slot_t *s = find(self, group_of(self, hash), hash);

    if (s != NULL)
        memset(s, 0, sizeof(*s));
}

void
person_cache_put(person_cache_t *self, const uuid_t *hash, const uuid_t *pseudonym)
{
    size_t group = group_of(self, hash);
    slot_t *s = find(self, group, hash);

    while (s == NULL) {
        unsigned way = self->hand[group];

        self->hand[group] = (uint8_t) ((way + 1) % WAYS);
        if ((self->used[group] & 1u << way) == 0 || uuid_is_nil(&self->slots[group * WAYS + way].pseudonym))
            s = &self->slots[group * WAYS + way];
        else
            self->used[group] = (uint8_t) (self->used[group] & ~(1u << way));
    }
    s->hash = *hash;
    s->pseudonym = *pseudonym;
}
