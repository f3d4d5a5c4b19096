/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_judge.h"

/* Hardship: several blows weigh more than each. */

void
synth_hard_judge(synth_judge_t *j)
{
    if (j->v.bills >= j->h->profile->hardship)
        synth_judge_add(j, SYNTH_HARDSHIP_WARNING, SYNTH_HARDSHIP, -1, 0);
}
