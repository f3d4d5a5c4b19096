/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_PROTECTION_H
#define COMPARISON_PROTECTION_H

/* Which datasets need the person's authorisation, and what of a person may be used on a day.  A department's mark comes with
 * its events; an authorisation is a fact of kind authorisation.check.  Nothing is deleted: what may not be used is held back
 * from the dossier, and the policy never learns that it is there. */

#include "base/mem.h"
#include "dossier.h"

#define PROTECTION_KIND "authorisation.check"

typedef struct protection {
    bool required;   /* setting require_authorisation: else all facts are used */
    term_t kind;     /* of PROTECTION_KIND */
    size_t count;    /* of protected datasets */
    uint8_t marks[UINT16_MAX + 1]; /* by the term of a dataset */
} protection_t;

void protection_init(protection_t *self, terms_t *terms, bool required);
protection_t *protection_new(terms_t *terms, bool required);
void protection_destroy(protection_t **self_p);
void protection_mark(protection_t *self, term_t dataset, bool is_protected);
bool protection_is_marked(const protection_t *self, term_t dataset);

/* Sorts a person's facts into those that may be used on `day` and those that are held back; `facts` stays as it is, and is
 * itself what may be used when nothing is held back.  ret_next comes down to the first later day on which an authorisation
 * begins or ends, where that makes a difference.  `self` may be NULL. */
typedef struct {
    fact_t *used, *held;
    size_t used_count, held_count;
} protection_facts_t;
protection_facts_t protection_sort(const protection_t *self, arena_t *arena, fact_t *facts, size_t n, int32_t day, int32_t *ret_next);

#endif
