/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_rng.h"

static uint64_t
split_mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t
rotate(uint64_t x, unsigned k)
{
    return (x << k) | (x >> (64 - k));
}

void
synth_rng_init(synth_rng_t *self, uint64_t seed, uint64_t stream)
{
    uint64_t state = seed;
    uint64_t other = stream;

    state = split_mix(&state) ^ split_mix(&other);
    for (int i = 0; i < 4; i++)
        self->s[i] = split_mix(&state);
}

uint64_t
synth_rng_next(synth_rng_t *self)
{
    uint64_t *s = self->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

int64_t
synth_rng_range(synth_rng_t *self, int64_t lo, int64_t hi)
{
    if (hi <= lo)
        return lo;
    /* The bias of the remainder is below 2^-40 for our ranges. */
    return lo + (int64_t) (synth_rng_next(self) % ((uint64_t) (hi - lo) + 1));
}

int
synth_rng_int(synth_rng_t *self, int lo, int hi)
{
    return (int) synth_rng_range(self, lo, hi);
}

bool
synth_rng_percent(synth_rng_t *self, int percent)
{
    return synth_rng_int(self, 0, 99) < percent;
}
