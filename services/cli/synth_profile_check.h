/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_PROFILE_CHECK_H
#define CLI_SYNTH_PROFILE_CHECK_H

/* What no county can be: refused with the number that is wrong and what to do about it. */

#include "synth_profile.h"

bool synth_profile_check(synth_profile_t *p, err_t *err) NODISCARD;

#endif
