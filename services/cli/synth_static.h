/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_STATIC_H
#define CLI_SYNTH_STATIC_H

/* The households that nothing happens to: first those of the register that the planted ones leave to
 * be made so that the last day's numbers are the profile's, then everybody else. */

#include "synth_county.h"

/* Called now and then with people made and people to make. */
typedef void (*synth_progress_fn)(void *ctx, int64_t done, int64_t total);

/* `scale_bp` multiplies those who are not in the register; 10000 is once. */
bool synth_static_run(synth_county_t *county, int64_t scale_bp, synth_progress_fn progress, void *ctx, err_t *err)
    NODISCARD;

#endif
