/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"
#include "base/mem.h"
#include <string.h>

struct terms {
    char **words; /* by number; words[0] is unused */
    size_t cap;
    term_t last;   /* highest number given */
    term_t saved;  /* numbers up to here are in the table */
    term_t *slots; /* open addressing, 0 = free */
    size_t slot_count;
};

#define TERMS_FIRST_SLOTS 256

static size_t
hash_word(const char *word)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a: words are few, short and ours */

    for (const char *p = word; *p != '\0'; p++)
        h = (h ^ (uint8_t) *p) * 1099511628211u;
    return (size_t) h;
}

/* The slot that holds the word, or the free one where it belongs. */
static size_t
find_slot(const terms_t *self, const char *word)
{
    size_t i = hash_word(word) & (self->slot_count - 1);

    while (self->slots[i] != 0 && strcmp(self->words[self->slots[i]], word) != 0)
        i = (i + 1) & (self->slot_count - 1);
    return i;
}

static void
grow_slots(terms_t *self)
{
    mem_free(self->slots);
    self->slot_count *= 2;
    self->slots = mem_new_array(term_t, self->slot_count);
    for (size_t t = 1; t <= self->last; t++)
        if (self->words[t] != NULL)
            self->slots[find_slot(self, self->words[t])] = (term_t) t;
}

static void
put(terms_t *self, term_t term, const char *word)
{
    self->words = mem_grow(self->words, &self->cap, (size_t) term + 1, sizeof(char *));
    self->words[term] = mem_strdup(word);
    if (term > self->last)
        self->last = term;
    if ((size_t) self->last * 2 >= self->slot_count)
        grow_slots(self);
    self->slots[find_slot(self, word)] = term;
}

terms_t *
terms_new(void)
{
    terms_t *self = mem_new(terms_t);

    self->slot_count = TERMS_FIRST_SLOTS;
    self->slots = mem_new_array(term_t, self->slot_count);
    return self;
}

void
terms_destroy(terms_t **self_p)
{
    terms_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    for (size_t t = 0; t < self->cap; t++)
        mem_free(self->words[t]);
    mem_free(self->words);
    mem_free(self->slots);
    mem_free(self);
}

term_t
terms_find(const terms_t *self, const char *word)
{
    return self->slots[find_slot(self, word)];
}

term_t
terms_intern(terms_t *self, const char *word)
{
    term_t term = terms_find(self, word);

    if (term != 0)
        return term;
    REQUIRE(*word != '\0' && self->last < UINT16_MAX);
    put(self, (term_t) (self->last + 1), word);
    return self->last;
}

const char *
terms_word(const terms_t *self, term_t term)
{
    if (term == 0 || term > self->last || self->words[term] == NULL)
        return "";
    return self->words[term];
}

void
terms_load(terms_t *self, term_t term, const char *word)
{
    /* The table is read before anything is interned: a clash would give one number two meanings. */
    REQUIRE(term != 0 && terms_find(self, word) == 0 && *terms_word(self, term) == '\0');
    put(self, term, word);
    if (term > self->saved)
        self->saved = term;
}

term_t
terms_first_unsaved(const terms_t *self)
{
    return self->saved < self->last ? (term_t) (self->saved + 1) : 0;
}

term_t
terms_last(const terms_t *self)
{
    return self->last;
}

void
terms_saved(terms_t *self)
{
    self->saved = self->last;
}
