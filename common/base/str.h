/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_STR_H
#define COMMON_BASE_STR_H

/* str_t: a growable byte buffer that always ends in NUL.  slice_t: bytes owned by someone else. */

#include "base/err.h"
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *ptr;
    size_t len;
} slice_t;
#define SLICE_LIT(s) ((slice_t){ (s), sizeof(s) - 1 })
slice_t slice_of(const char *s);
bool slice_eq(slice_t a, slice_t b);
bool slice_eq_str(slice_t a, const char *s);

typedef struct str {
    char *ptr; /* never NULL after the first append */
    size_t len;
    size_t cap;
} str_t;
#define STR_INIT { NULL, 0, 0 }
void str_done(str_t *self);
#define AUTO_STR __attribute__((cleanup(str_done))) str_t
void str_clear(str_t *self);
void str_reserve(str_t *self, size_t more); /* room for so many bytes beyond its length: no growing on the way */
void str_add(str_t *self, const char *s);
void str_add_n(str_t *self, const void *p, size_t n);
void str_add_char(str_t *self, char c);
void str_add_u64(str_t *self, uint64_t v);
void str_add_i64(str_t *self, int64_t v);
void str_printf(str_t *self, const char *fmt, ...) PRINTF_LIKE(2, 3); /* appends */
slice_t str_slice(const str_t *self);
const char *str_c(const str_t *self); /* "" when empty */

bool str_starts(const char *s, const char *prefix);
bool str_in(const char *s, const char *const *list, size_t n);
int str_index(const char *s /* or NULL */, const char *const *list, size_t n); /* -1: it is none of the list */
/* Well-formed UTF-8 without surrogates or overlong forms. */
bool str_is_utf8(const char *s, size_t n);
/* Length of the well-formed UTF-8 sequence at s (n > 0), 0 when there is none. */
size_t str_utf8_sequence(const char *s, size_t n);
void str_hex(const void *p, size_t n, char *ret /* 2n+1 */);
bool str_unhex(const char *hex, size_t hex_len, void *ret, size_t n) NODISCARD;
/* Reads a whole file of at most `limit` bytes; ret is appended. */
bool str_read_file(str_t *ret, const char *path, size_t limit, err_t *err) NODISCARD;
/* Writes to a temporary file beside it, syncs, renames. */
bool str_write_file(const char *path, const void *p, size_t n, unsigned mode, err_t *err) NODISCARD;
/* Copies as much as fits, always ends in NUL; returns false when it was cut. */
bool str_copy(char *ret, size_t cap, const char *s);

#endif
