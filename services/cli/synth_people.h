/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_PEOPLE_H
#define CLI_SYNTH_PEOPLE_H

/* People that nobody is: document numbers whose area code belongs to no division, and made-up names. */

#include "base/err.h"
#include "domain/resident_id.h"
#include "synth_rng.h"
#include <stdint.h>

enum { SYNTH_NAME_SIZE = 40, SYNTH_EMPLOYER_COUNT = 1024, SYNTH_PLACE_COUNT = 64 };

typedef struct synth_people synth_people_t;

/* `area` are the first six digits; when a birthday is used up, the next area follows. */
synth_people_t *synth_people_new(const char *area);
void synth_people_destroy(synth_people_t **self_p);
/* Gives a number never given before, for one born on `born`; the birthday moves when it is used up. */
void synth_people_number(synth_people_t *self, int32_t *born, bool male, char ret[RESIDENT_ID_SIZE]);

void synth_people_surname(synth_rng_t *rng, char ret[SYNTH_NAME_SIZE]);
void synth_people_name(synth_rng_t *rng, const char *surname, bool male, char ret[SYNTH_NAME_SIZE]);
/* An employer's name, one of SYNTH_EMPLOYER_COUNT. */
void synth_people_employer(int i, const char *county, char *ret, size_t cap);
/* A village's name, one of SYNTH_PLACE_COUNT. */
void synth_people_place(int i, const char **ret_zh, const char **ret_en);

#endif
