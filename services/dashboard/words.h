/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_WORDS_H
#define DASHBOARD_WORDS_H

/* The words of the Contract that the page may ask for, in the order in which they are shown. */

#include <stdbool.h>
#include <stddef.h>

#define LEVEL_COUNT 4
#define STATE_COUNT 6
#define KIND_COUNT 11
extern const char *const level_words[LEVEL_COUNT]; /* the most urgent first */
extern const char *const state_words[STATE_COUNT]; /* closed is the last */
extern const char *const kind_words[KIND_COUNT];
#define STATE_VISITED 3 /* before it nobody has been there */
#define STATE_CLOSED (STATE_COUNT - 1)

/* Index in a table, -1 when unknown. */
int words_index(const char *const *words, size_t n, const char *word, size_t len);

#endif
