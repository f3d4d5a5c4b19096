/* SPDX-License-Identifier: Apache-2.0 */
#include "base/uuid.h"

#include "base/mem.h"

#include <string.h>

typedef struct {
    uuid_t key;
    void *value;
    bool used;
} slot_t;

struct uuid_map {
    slot_t *slots;
    size_t cap; /* a power of two; at most 3/4 are used */
    size_t count;
};

uuid_map_t *
uuid_map_new(void)
{
    uuid_map_t *self = mem_new(uuid_map_t);

    self->cap = 64;
    self->slots = mem_new_array(slot_t, self->cap);
    return self;
}

void
uuid_map_destroy(uuid_map_t **self_p)
{
    uuid_map_t *self = *self_p;

    if (self == NULL)
        return;
    mem_free(self->slots);
    mem_free(self);
    *self_p = NULL;
}

/* Our keys are random or digests; folding both halves skips the fixed version bits. */
static slot_t *
find(slot_t *slots, size_t cap, const uuid_t *key)
{
    uint64_t a, b;

    memcpy(&a, key->b, 8);
    memcpy(&b, key->b + 8, 8);
    size_t i = (size_t) (((a ^ (b << 1)) * 0x9e3779b97f4a7c15u) >> 20) & (cap - 1);
    while (slots[i].used && !uuid_eq(&slots[i].key, key))
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

void *
uuid_map_get(const uuid_map_t *self, const uuid_t *key)
{
    if (self == NULL)
        return NULL;
    const slot_t *slot = find(self->slots, self->cap, key);
    return slot->used ? slot->value : NULL;
}

static void
grow(uuid_map_t *self, size_t cap)
{
    slot_t *slots = mem_new_array(slot_t, cap);

    for (size_t i = 0; i < self->cap; i++)
        if (self->slots[i].used)
            *find(slots, cap, &self->slots[i].key) = self->slots[i];
    mem_free(self->slots);
    self->slots = slots;
    self->cap = cap;
}

void
uuid_map_reserve(uuid_map_t *self, size_t n)
{
    size_t cap = self->cap;

    while (n * 4 > cap * 3)
        cap *= 2;
    if (cap > self->cap)
        grow(self, cap);
}

void
uuid_map_put(uuid_map_t *self, const uuid_t *key, void *value)
{
    if ((self->count + 1) * 4 > self->cap * 3)
        grow(self, self->cap * 2);

    slot_t *slot = find(self->slots, self->cap, key);
    if (!slot->used) {
        slot->used = true;
        slot->key = *key;
        self->count++;
    }
    slot->value = value;
}

size_t
uuid_map_count(const uuid_map_t *self)
{
    return self == NULL ? 0 : self->count;
}
