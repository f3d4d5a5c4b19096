/* SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

#include "domain/region.h"
#include <string.h>

bool
match_serves(const programme_t *p, const match_subject_t *s)
{
    bool category = p->category_count == 0, region = false;

    for (size_t i = 0; i < p->category_count && !category; i++)
        category = strcmp(p->categories[i], s->category) == 0;
    for (size_t i = 0; i < p->region_count && !region; i++)
        region = region_contains(p->regions[i], s->region);
    return (p->needs & (1u << s->need)) != 0 && category && region;
}

size_t
match_find(const directory_t *directory, const match_subject_t *s, const int64_t *used)
{
    for (size_t i = 0; i < directory_count(directory); i++) {
        const programme_t *p = directory_at(directory, i);
        bool asked = false;

        for (size_t k = 0; k < s->earlier_count && !asked; k++)
            asked = strcmp(s->earlier[k]->programme, p->id) == 0;
        if (!asked && match_serves(p, s) && (p->capacity < 0 || used[i] < p->capacity))
            return i;
    }
    return SIZE_MAX;
}
