/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_POISON_H
#define COMMON_BASE_POISON_H

/* Memory that an allocator of ours keeps but has given to nobody.  AddressSanitizer, which sees only what malloc and free do,
 * is told of it; in any other build these do nothing. */

#if defined(__SANITIZE_ADDRESS__)
#define POISON_SEEN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_SEEN 1
#endif
#endif

#ifdef POISON_SEEN
#include <sanitizer/asan_interface.h>
#endif
#include <stddef.h>

static inline void
poison(void *p, size_t n)
{
#ifdef POISON_SEEN
    __asan_poison_memory_region(p, n);
#else
    (void) p;
    (void) n;
#endif
}

static inline void
unpoison(void *p, size_t n)
{
#ifdef POISON_SEEN
    __asan_unpoison_memory_region(p, n);
#else
    (void) p;
    (void) n;
#endif
}

#endif
