/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_POLICY_SHRINK_H
#define TESTS_POLICY_SHRINK_H

/* A household for which something is not so, made as small as it can be while it is still not so. */

#include "random_household.h"

typedef struct {
    const policy_t *policy;
    policy_world_t world;
    dossier_t dossier;
    int32_t day;
} sample_t;

/* Whether it holds of the sample; `random`: what the property itself chooses, the same at each try; `why`: appended when not. */
typedef bool (*property_fn)(const sample_t *sample, random_t *random, arena_t *arena, str_t *why);

/* A smaller sample of which `holds` is false as well: without members, facts and supporters, with plainer values. */
sample_t sample_shrink(const sample_t *sample, uint64_t seed, property_fn holds, arena_t *arena);

/* Copies members and their facts; homes of supporters are shared. */
dossier_t sample_dup(const dossier_t *dossier, arena_t *arena);
member_t sample_member_dup(const member_t *member, arena_t *arena);
void sample_add_fact(fact_t **facts, size_t *count, fact_t fact, arena_t *arena);

#endif
