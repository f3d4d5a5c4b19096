/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_COUNTY_H
#define CLI_SYNTH_COUNTY_H

/* The county in the making: what was planted so far, what stands in the register on the last day, and
 * the one household at work. */

#include "synth_files.h"
#include "synth_judge.h"

typedef struct {
    int64_t cases;       /* planted households */
    int64_t decoys;      /* of those: nothing may be found */
    int64_t money_cases; /* of those planted: with a distance to a line */
    int64_t near_inside; /* found within 5 % of the line */
    int64_t near_outside;
    int64_t findings;
    int64_t by_kind[SYNTH_KIND_COUNT];
} synth_tally_t;

typedef struct synth_county {
    const synth_profile_t *profile;
    synth_files_t *files;
    synth_people_t *people;
    uint32_t serials[SYNTH_REC_COUNT];
    uint64_t index; /* of the next household */
    const char *planting; /* the event that is planted in it; NULL: none */
    synth_house_t house;
    synth_house_t other; /* the partner's in a marriage */
    str_t line;
    int64_t persons;
    /* In force on the last day. */
    int64_t households_at_end[SYNTH_CATEGORY_COUNT];
    int64_t people_at_end[SYNTH_CATEGORY_COUNT];
    int64_t class_at_end[SYNTH_CLASS_COUNT];
    /* The same on the first day, to show that the register moved. */
    int64_t households_at_start[SYNTH_CATEGORY_COUNT];
    int64_t people_at_start[SYNTH_CATEGORY_COUNT];
    synth_tally_t tally;
    int32_t days[SYNTH_DAYS_MAX];
    int day_count;
} synth_county_t;

void synth_county_init(synth_county_t *self, const synth_profile_t *profile, synth_files_t *files);
void synth_county_done(synth_county_t *self);
/* The next household, empty, for what is being planted. */
synth_house_t *synth_county_house(synth_county_t *self);
synth_house_t *synth_county_other(synth_county_t *self);
/* Judges it over the whole play, writes its records and what is to be found; fails when it finds what was not
 * planted or misses what was. */
bool synth_county_finish(synth_county_t *self, synth_house_t *h, err_t *err) NODISCARD;

/* The first day on which anything is found, 0 when never. */
int32_t synth_county_first_finding(const synth_county_t *self, const synth_house_t *h);
/* The bureau takes up on the first feed day of `month` what is found then. */
void synth_county_act(synth_house_t *h, int month);
/* One or two months after, where the bureau acts at all. */
void synth_county_act_after(synth_house_t *h, int month);

void synth_county_write_prices(synth_county_t *self);
bool synth_county_write_json(const synth_county_t *self, err_t *err) NODISCARD;
/* policy.yaml: the profile's numbers as a policy that extends the national one. */
bool synth_county_write_policy(const synth_county_t *self, err_t *err) NODISCARD;
bool synth_county_write_regions(const synth_county_t *self, err_t *err) NODISCARD;

#endif
