/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_COMPARISON_RANDOM_H
#define TESTS_INTEGRATION_COMPARISON_RANDOM_H

/* Random records about a few people in a few households: the same state gives the same records. */

#include "comparison_fixture.h"

enum { RANDOM_HOMES = 12, RANDOM_PEOPLE = 30, RANDOM_DATASETS = 8 };
extern const char *const random_datasets[RANDOM_DATASETS];

extern uint64_t random_state;
unsigned random_draw(unsigned n);
/* From another sequence than the records'. */
unsigned random_draw_apart(uint64_t *sequence, unsigned n);

void random_dibao(fixture_t *fx, const char *key, int household, const char *from, const char *to, long long fen, int person, int other);
void random_household(fixture_t *fx);
/* One record of the dataset; keys repeat, so that many are corrections, some retractions, some move to another person. */
void random_record(fixture_t *fx, size_t dataset);
/* What intake says of the dataset's events, `n` mostly: that the key names the holder; sometimes another thing, or nothing, as if
 * somebody had changed the dataset's file. */
const char *random_key_names(size_t dataset, unsigned n);
void random_event(fixture_t *fx, size_t dataset, unsigned most);

#endif
