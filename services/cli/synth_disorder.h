/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_DISORDER_H
#define CLI_SYNTH_DISORDER_H

/* Departments as they are: some files come a feed day or two late, and on some days in another order.  A department's
 * own files keep their order, so the newest version of a record is always the last to come. */

#include "synth_house.h"

/* Draws which files come late; once, before anything is made. */
void synth_disorder_plan(synth_profile_t *profile);
/* The feed day on which the file made for `slot` arrives. */
int synth_disorder_slot(const synth_profile_t *profile, synth_rec_type_t type, int slot);
int32_t synth_disorder_day(const synth_profile_t *profile, synth_rec_type_t type, int slot);
/* Whether that day's files are sent in the opposite order. */
bool synth_disorder_is_swapped(const synth_profile_t *profile, int slot);
/* Moves the household's records to the days on which their files arrive. */
void synth_disorder_apply(synth_house_t *h);

#endif
