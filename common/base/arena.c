/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include "base/err.h"
#include "base/poison.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message of many megabytes gets blocks of huge pages, and what was once needed is kept: the next message of the kind would
 * make the kernel clear as many pages again. */
#define BLOCK_MAX ((size_t) 4 * 1024 * 1024)
#define HUGE_PAGE ((size_t) 2 * 1024 * 1024)
#define KEPT_MAX ((size_t) 96 * 1024 * 1024)

typedef struct block {
    struct block *next;
    size_t cap, used;
    _Alignas(16) char bytes[];
} block_t;

struct arena {
    size_t block_bytes;
    block_t *first;
    block_t *last; /* where the next allocation goes; those behind it are empty, kept by a reset */
    size_t used;   /* over all blocks */
};

/* The bytes of a block that nobody has been given are poisoned. */
static block_t *
block_new(size_t cap)
{
    block_t *b;
    size_t bytes;

    REQUIRE(!__builtin_add_overflow(sizeof(*b), cap, &bytes));
    b = bytes < BLOCK_MAX ? mem_alloc(1, bytes) : mem_alloc_pages(&bytes, HUGE_PAGE);
    *b = (block_t){ .cap = bytes - sizeof(*b) };
    poison(b->bytes, b->cap);
    return b;
}

arena_t *
arena_new(size_t block_bytes)
{
    arena_t *self = mem_new(arena_t);

    self->block_bytes = block_bytes < 256 ? 256 : block_bytes;
    self->first = self->last = block_new(self->block_bytes);
    return self;
}

static void
free_from(block_t *b)
{
    while (b != NULL) {
        block_t *next = b->next;
        unpoison(b->bytes, b->cap); /* malloc is given back what it gave */
        mem_free(b);
        b = next;
    }
}

void
arena_destroy(arena_t **self_p)
{
    arena_t *self = *self_p;

    if (self == NULL)
        return;
    free_from(self->first);
    mem_free(self);
    *self_p = NULL;
}

void
arena_reset(arena_t *self)
{
    size_t kept = 0;

    for (block_t *b = self->first; b != NULL; b = b->next) {
        poison(b->bytes, b->cap);
        b->used = 0;
        kept += b->cap;
        if (b->next != NULL && kept + b->next->cap > KEPT_MAX) {
            free_from(b->next);
            b->next = NULL;
        }
    }
    self->last = self->first;
    self->used = 0;
}

/* Goes on in a block with room for so much: one that was kept, or a new one, each larger than those before. */
static block_t *
next_block(arena_t *self, size_t need)
{
    block_t *b = self->last->next;
    size_t cap = self->last->cap * 2;

    if (b == NULL || b->cap < need) {
        cap = cap > BLOCK_MAX ? BLOCK_MAX : cap;
        cap = cap < self->block_bytes ? self->block_bytes : cap;
        b = block_new(need > cap ? need : cap);
        b->next = self->last->next;
        self->last->next = b;
    }
    self->last = b;
    return b;
}

void *
arena_alloc(arena_t *self, size_t n)
{
    size_t need = (n + 15) & ~(size_t) 15;
    block_t *b = self->last;

    REQUIRE(need >= n);
    if (need == 0)
        need = 16;
    if (b->cap - b->used < need)
        b = next_block(self, need);

    void *p = b->bytes + b->used;
    b->used += need;
    self->used += need;
    unpoison(p, need);
    memset(p, 0, need);
    poison((char *) p + n, need - n);
    return p;
}

char *
arena_strndup(arena_t *self, const char *s, size_t n)
{
    char *p = arena_alloc(self, n + 1);

    if (n > 0)
        memcpy(p, s, n);
    return p;
}

const char **
arena_split(arena_t *self, const char *list, size_t *ret_n)
{
    const char **items = arena_new_array(self, const char *, strlen(list) / 2 + 2);
    size_t n = 0;

    while (*list != '\0') {
        size_t len = strcspn(list, ",");

        if (len > 0)
            items[n++] = arena_strndup(self, list, len);
        list += len + (list[len] == ',');
    }
    *ret_n = n;
    return items;
}

char *
arena_printf(arena_t *self, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    REQUIRE(n >= 0);

    char *p = arena_alloc(self, (size_t) n + 1);
    va_start(args, fmt);
    (void) vsnprintf(p, (size_t) n + 1, fmt, args);
    va_end(args);
    return p;
}

size_t
arena_used(const arena_t *self)
{
    return self->used;
}
