/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <string.h>

const char *const level_words[LEVEL_COUNT] = { "red", "orange", "yellow", "blue" };
const char *const state_words[STATE_COUNT] = { "open", "acknowledged", "assigned", "visited", "referred", "closed" };
const char *const kind_words[KIND_COUNT] = {
    "newly_qualifies",   "no_longer_qualifies", "category_change", "benefit_change", "entitlement_not_drawn",
    "hardship_warning",  "member_change",       "data_conflict",   "overlap",        "aid_missing",
    "review_due",
};

int
words_index(const char *const *words, size_t n, const char *word, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return (int) i;
    return -1;
}
