/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_TERMS_H
#define COMPARISON_TERMS_H

/* Interned words (fact kinds, datasets, codes): a word has one small number in this database, kept in table `term`. */

#include "base/err.h"
#include <stdint.h>

typedef uint16_t term_t; /* 0 = none */
typedef struct terms terms_t;
terms_t *terms_new(void);
void terms_destroy(terms_t **self_p);
/* The number of a word, made if it is new (the store writes new ones with the next transaction). */
term_t terms_intern(terms_t *self, const char *word);
term_t terms_find(const terms_t *self, const char *word); /* 0 when unknown */
const char *terms_word(const terms_t *self, term_t term); /* "" for 0 */
/* Loading from the table, and what is new since the last terms_saved. */
void terms_load(terms_t *self, term_t term, const char *word);
term_t terms_first_unsaved(const terms_t *self); /* 0 = none; the unsaved are contiguous up to terms_last */
term_t terms_last(const terms_t *self);
void terms_saved(terms_t *self);

#endif
