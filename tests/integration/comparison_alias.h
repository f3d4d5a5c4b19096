/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_COMPARISON_ALIAS_H
#define TESTS_INTEGRATION_COMPARISON_ALIAS_H

/* People who have two names: person n is also told as person 100 + n. */

#include "comparison_fixture.h"

#define ALIAS 100

const char *alias_name(int person, char ret[UUID_TEXT_SIZE]);
/* The key of a record as intake makes it, which the person's name may be part of. */
void alias_key(const char *rest, int person, bool by_person, char ret[33]);
/* A record with one fact of a person, and its end. */
void alias_put(fixture_t *fx, const char *rest, int person, bool by_person, const char *kind, const char *from, const char *to, long long value,
               const char *code);
void alias_retract(fixture_t *fx, const char *rest, int person, bool by_person);
/* 100 + n is n, or nobody else: held back, or told at once. */
void alias_hold(fixture_t *fx, int n, bool same);
void alias_tell(fixture_t *fx, int n, bool same);

#endif
