/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_HINT_H
#define COMPARISON_POLICY_HINT_H

/* What to do about a problem: the word that was perhaps meant, the unit that is missing. */

#include "policy_model.h"

/* The word of the list that was perhaps meant, or NULL. */
const char *policy_nearest_word(const char *word, const char *const *list, size_t n);
/* The definition of the same kind that was perhaps meant, or NULL. */
const char *policy_nearest_other(const policy_t *self, const policy_def_t *def);
/* ": did you mean “…”?" among the definitions of a kind, or the few that there are; "" when there is nothing to say. */
const char *policy_hint_kind(const policy_t *self, const char *name, policy_def_kind_t kind);
/* For a name that is a word to be compared with “is”; NULL when it is none. */
const char *policy_hint_word(const policy_t *self, const char *name);
/* ": …", how two units that do not fit are made to; "" when there is nothing to say. */
const char *policy_hint_units(unit_t a, unit_t b);

#endif
