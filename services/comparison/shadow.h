/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_SHADOW_H
#define COMPARISON_SHADOW_H

/* Policies that are to come, evaluated beside the one in force on the same facts at each assessment.  What they would find is
 * kept apart (table shadow_finding), publishes nothing, and goes when a policy is taken off the list. */

#include "policy.h"

enum { SHADOWS_MAX = 4, SHADOW_NAME_MAX = 80, SHADOW_DIGEST_MAX = POLICY_DIGEST_SIZE + 16 };

typedef struct {
    char name[SHADOW_NAME_MAX];       /* of the policy, with the day of its numbers: "qidong@2024-07-01" */
    char digest[SHADOW_DIGEST_MAX];   /* of its text, and that day */
    int32_t numbers;                  /* the day whose numbers hold, DATE_OPEN: those of each day */
    policy_t *policy;
    int64_t findings;                 /* in the table, as far as we know */
} shadow_t;

typedef struct {
    shadow_t items[SHADOWS_MAX];
    size_t count;
    bool stale;   /* one is new or changed: everybody is to be assessed again */
    bool unsaved; /* the table names others */
} shadows_t;

/* `setting`: paths of policies, comma-separated, each perhaps followed by @DAY; NULL or "": none.  ERR_CONFIG names the culprit. */
bool shadows_load(const char *setting, terms_t *terms, shadows_t *ret, err_t *err) NODISCARD;
void shadows_done(shadows_t *self);
/* Takes over what is known of those that are the same as before. */
void shadows_follow(shadows_t *self, const shadows_t *before);

#endif
