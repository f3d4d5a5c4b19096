/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include "base/err.h"
#include "base/poison.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef POISON_SEEN
/* What a sanitizer finds, a leak at the end too, ends a program with a code of its own: its 1 would be "done, with rejects" of a command. */
__attribute__((visibility("default"))) const char *__ubsan_default_options(void);

__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
    return "exitcode=99";
}

const char *
__ubsan_default_options(void)
{
    return "exitcode=99:print_stacktrace=1";
}
#endif

static atomic_size_t fail_at; /* 0 = never; else counts down with each mem_try */

static _Noreturn void
out_of_memory(size_t n, size_t size)
{
    (void) fprintf(stderr, "{\"level\":\"error\",\"event\":\"out_of_memory\",\"count\":%zu,\"size\":%zu}\n", n, size);
    abort();
}

void *
mem_alloc(size_t n, size_t size)
{
    void *p = calloc(n == 0 ? 1 : n, size == 0 ? 1 : size);

    if (p == NULL)
        out_of_memory(n, size);
    return p;
}

void *
mem_alloc_pages(size_t *bytes, size_t page)
{
    size_t n = (*bytes + page - 1) & ~(page - 1);
    void *p = n < *bytes ? NULL : aligned_alloc(page, n);

    if (p == NULL)
        out_of_memory(*bytes, 1);
    (void) madvise(p, n, MADV_HUGEPAGE); /* without it, it is only slower */
    *bytes = n;
    return p;
}

static void *
grow(void *p, size_t *cap, size_t need, size_t size)
{
    size_t old = p == NULL ? 0 : *cap;
    size_t bytes;
    size_t n = old < 8 ? 8 : old + old / 2;
    if (n < need)
        n = need;
    if (__builtin_mul_overflow(n, size, &bytes))
        out_of_memory(n, size);

    char *q = realloc(p, bytes == 0 ? 1 : bytes);
    if (q == NULL)
        out_of_memory(n, size);
    *cap = n;
    return q;
}

void *
mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
    size_t old = p == NULL ? 0 : *cap;

    if (p != NULL && need <= old)
        return p;
    char *q = grow(p, cap, need, size);
    memset(q + old * size, 0, (*cap - old) * size);
    return q;
}

void *
mem_grow_bytes(void *p, size_t *cap, size_t need)
{
    return p != NULL && need <= *cap ? p : grow(p, cap, need, 1);
}

static bool
fail_now(void)
{
    size_t n = atomic_load_explicit(&fail_at, memory_order_relaxed);

    if (n == 0)
        return false;
    return atomic_fetch_sub_explicit(&fail_at, 1, memory_order_relaxed) == 1;
}

void *
mem_try(size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX || fail_now())
        return NULL;
    return calloc(n == 0 ? 1 : n, size == 0 ? 1 : size);
}

void
mem_fail_at(size_t n)
{
    atomic_store(&fail_at, n);
}

char *
mem_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = mem_alloc(n, 1);

    memcpy(p, s, n);
    return p;
}

void
mem_free(void *p)
{
    free(p);
}

void
mem_free_p(void *pp)
{
    void *p;

    memcpy(&p, pp, sizeof(p));
    free(p);
    p = NULL;
    memcpy(pp, &p, sizeof(p));
}

void
mem_wipe(void *p, size_t n)
{
    if (p != NULL && n > 0)
        explicit_bzero(p, n);
}
