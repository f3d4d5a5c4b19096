/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_WORLD_APPLY_H
#define COMPARISON_WORLD_APPLY_H

/* What a record does to one holder; used by world.c and by the loader. */

#include "world.h"

bool holder_has_record(const holder_t *self, const record_id_t *id);
bool holder_shares_record(const holder_t *self, const record_id_t *id); /* with others, who hold facts of it as well */
bool holder_is_broken(const holder_t *self, const record_id_t *id);
/* CLASS_… of all its facts. */
unsigned holder_classes(world_t *world, const holder_t *self);
bool holder_has_enrolments(world_t *world, const holder_t *self);

#endif
