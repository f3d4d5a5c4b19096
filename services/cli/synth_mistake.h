/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_MISTAKE_H
#define CLI_SYNTH_MISTAKE_H

/* Records about the wrong person or of the wrong amount, which their department takes back or sends again later. */

#include "synth_house.h"

/* Into a share of the households, the profile's `mistakes`. */
void synth_mistake_plant(synth_house_t *h);

#endif
