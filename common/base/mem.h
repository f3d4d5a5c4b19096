/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_MEM_H
#define COMMON_BASE_MEM_H

/* Three lifetimes: process, message (one arena), handle (_new/_destroy with AUTO). */

#include <stddef.h>
#include <stdint.h>

/* AUTO(db_tx) tx = NULL;  destroys in reverse order of declaration when the scope ends. */
#define AUTO(type) __attribute__((cleanup(type##_destroy))) type##_t *
#define TAKE(p) (__extension__({ __typeof__(p) take_ = (p); (p) = NULL; take_; }))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Aborts when memory is out: for sizes that are fixed or already bounded.  Zeroed. */
#define mem_new(T) ((T *) mem_alloc(1, sizeof(T)))
#define mem_new_array(T, n) ((T *) mem_alloc((n), sizeof(T)))
void *mem_alloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/* Grows p (may be NULL) to n elements, content kept, new part zeroed; *cap is updated. */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size) __attribute__((returns_nonnull));
/* The same for bytes of which none is read before it is written: the new part is not zeroed. */
void *mem_grow_bytes(void *p, size_t *cap, size_t need) __attribute__((returns_nonnull));
/* At least *bytes, rounded up to whole `page`s (a power of two), for which the kernel is asked to use huge ones.  Not zeroed. */
void *mem_alloc_pages(size_t *bytes, size_t page) __attribute__((malloc, returns_nonnull));
/* NULL when memory is out or n*size overflows: for sizes that come from input, after a limit check.  Zeroed. */
void *mem_try(size_t n, size_t size) __attribute__((malloc));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
void mem_free(void *p);
/* cleanup function for plain char* / void* buffers: AUTO_FREE char *s = …; */
void mem_free_p(void *pp);
#define AUTO_FREE __attribute__((cleanup(mem_free_p)))
/* Overwrites, and is not optimised away.  Not inlined: else gcc's link-time optimization (preset release) takes a
 * structure for its first member and warns of an overflow that is none. */
void mem_wipe(void *p, size_t n) __attribute__((noinline));
/* Tests: fail the n-th allocation of mem_try from now (0 = never). */
void mem_fail_at(size_t n);

/* An arena: many small allocations of one message, freed together. */
typedef struct arena arena_t;
arena_t *arena_new(size_t block_bytes);
void arena_destroy(arena_t **self_p);
/* Keeps memory for the next message, up to 96 MiB.  Who still uses what was given before is caught by AddressSanitizer. */
void arena_reset(arena_t *self);
void *arena_alloc(arena_t *self, size_t n) __attribute__((returns_nonnull)); /* zeroed, 16-aligned */
#define arena_new_array(self, T, n) ((T *) arena_alloc((self), (n) * sizeof(T)))
char *arena_strndup(arena_t *self, const char *s, size_t n) __attribute__((returns_nonnull));
/* "a,b" → its items; empty ones are left out. */
const char **arena_split(arena_t *self, const char *list, size_t *ret_n) __attribute__((returns_nonnull));
char *arena_printf(arena_t *self, const char *fmt, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
size_t arena_used(const arena_t *self);

#endif
