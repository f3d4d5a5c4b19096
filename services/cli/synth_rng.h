/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_RNG_H
#define CLI_SYNTH_RNG_H

/* xoshiro256**: the same seed and stream give the same numbers on every machine. */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t s[4];
} synth_rng_t;

/* Streams of one seed are independent: each household has its own, so adding one changes no other. */
void synth_rng_init(synth_rng_t *self, uint64_t seed, uint64_t stream);
uint64_t synth_rng_next(synth_rng_t *self);
/* lo and hi are both possible. */
int64_t synth_rng_range(synth_rng_t *self, int64_t lo, int64_t hi);
int synth_rng_int(synth_rng_t *self, int lo, int hi);
bool synth_rng_percent(synth_rng_t *self, int percent);

#endif
