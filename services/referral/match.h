/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_MATCH_H
#define REFERRAL_MATCH_H

/* Which programme is asked for a need?  Pure: the first of the directory's order that serves the need, is meant for the
 * category, covers the region, has a place left and was not asked before. */

#include "directory.h"

typedef struct {
    need_t need;
    const char *category, *region;
    const referral_t *const *earlier; /* of the same alert and need */
    size_t earlier_count;
} match_subject_t;

bool match_serves(const programme_t *programme, const match_subject_t *subject);
/* used[i] = places of directory_at(i) that are taken.  Index, SIZE_MAX when none fits. */
size_t match_find(const directory_t *directory, const match_subject_t *subject, const int64_t *used);

#endif
