/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_PACK_H
#define COMPARISON_PACK_H

/* The small binary form in which a person's or a household's facts fill one row, and a record's effect on one holder one
 * row of the history.  A version byte, then variable-length integers (7 bits a byte, low first; signed ones zigzag), keys and
 * ids as 16 bytes.  A reader of a version is never taken away: rows are rewritten only when they change. */

#include "base/err.h"
#include "world.h"

#define PACK_VERSION 2
#define PACK_VERSION_SHARED 2 /* from here on a fact tells whether others hold facts of its record; before, any may: the history is asked */

void pack_person(const person_t *person, str_t *ret);
void pack_household(const household_t *household, str_t *ret);
void pack_region(const region_t *region, str_t *ret);
/* Fills what the row holds; the rest of `ret` is left alone.  ERR_CONFIG when the row is damaged or of a newer program. */
bool pack_read_person(slice_t packed, arena_t *arena, person_t *ret, err_t *err) NODISCARD;
bool pack_read_household(slice_t packed, arena_t *arena, household_t *ret, err_t *err) NODISCARD;
bool pack_read_region(slice_t packed, arena_t *arena, region_t *ret, err_t *err) NODISCARD;

/* History bodies.  Facts come back without dataset, key, seq and index: those are columns. */
void pack_facts(const fact_t *const *facts, size_t n, const entry_t *entry /* or NULL */, str_t *ret); /* OP_PUT */
void pack_day(int32_t day, str_t *ret);                                                              /* OP_END */
void pack_claim(const claim_t *claim, str_t *ret);                                                   /* OP_CLAIM, OP_UNCLAIM */
bool pack_read_facts(slice_t body, arena_t *arena, fact_t **ret_facts, size_t *ret_n, entry_t **ret_entry, err_t *err) NODISCARD;
bool pack_read_day(slice_t body, int32_t *ret, err_t *err) NODISCARD;
bool pack_read_claim(slice_t body, claim_t *ret, err_t *err) NODISCARD;

#endif
