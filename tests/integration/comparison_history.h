/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_COMPARISON_HISTORY_H
#define TESTS_INTEGRATION_COMPARISON_HISTORY_H

/* Random histories of small villages: what departments, the door and people say in the course of some weeks.  A seed and a number
 * give one village with its history, whoever else lives in the same register.  A history is a list of steps of which any may be
 * left out, so that one that shows a fault can be made small. */

#include "comparison_fixture.h"

#define VILLAGE_PEOPLE 8 /* the first two have another pseudonym as well */
#define VILLAGE_ALIASES 2
#define VILLAGE_HOMES 4
#define VILLAGE_MATTERS 8 /* of case conferences */
#define VILLAGE_ALERTS 4

typedef enum {
    STEP_PUT,     /* a version of a record */
    STEP_RETRACT, /* it is taken back */
    STEP_END,     /* it is no more on its department's list */
    STEP_BAD,     /* a version that cannot be applied */
    STEP_MOVE,    /* the record is another person's, as the door says */
    STEP_SAME,    /* two pseudonyms are one person, or are not */
    STEP_DECIDE,  /* of a case conference */
    STEP_VISIT    /* of an alert */
} step_kind_t;

typedef struct {
    step_kind_t kind;
    unsigned slot;  /* when it is said: a day of the round */
    unsigned thing; /* record, alias, matter or alert */
    uint32_t value; /* what it says is drawn from this */
    bool left_out;  /* by who makes a history small */
    bool idle;      /* says nothing new, or what cannot be said at this place */
} step_t;

typedef struct {
    unsigned kind; /* row of the table of kinds */
    int person;    /* whom the key names */
    int home;
    unsigned number; /* in the village */
} thing_t;

typedef struct {
    unsigned number;
    thing_t *things;
    size_t thing_count;
    step_t *steps; /* in the order of slots */
    size_t step_count;
} village_t;

/* The days of a round, for all its villages. */
typedef struct {
    int32_t first, last;
    unsigned slots;
} days_t;

uint32_t draw(uint64_t *sequence, uint32_t n);

/* Everything lives in `arena`. */
void village_make(village_t *self, uint64_t seed, unsigned number, const days_t *days, arena_t *arena);
/* Finds out which steps are idle; again after some were left out. */
void village_settle(village_t *self);
/* The department of a record. */
size_t village_datasets(void);
const char *village_dataset(size_t dataset);
bool village_is_protected(size_t dataset);
/* What intake says of its events: that the key names the holder; NULL: nothing. */
const char *village_key_names(size_t dataset);
size_t village_dataset_of(const village_t *self, const step_t *step); /* SIZE_MAX: no record */

/* Writes the record into the fixture's event. */
void village_say(const village_t *self, fixture_t *fx, const days_t *days, const step_t *step);
/* The steps of a record that count in the end, as if nothing else had ever been said: none, or a good version with what ended or
 * spoilt it.  *ret_at: the index of the step that decides its place among others. */
void village_say_last(const village_t *self, fixture_t *fx, const days_t *days, size_t thing, size_t *ret_at, bool write);
/* Holds a persons event back: STEP_MOVE and STEP_SAME. */
void village_tell(const village_t *self, fixture_t *fx, const step_t *step);
/* Who is whom in the end. */
void village_tell_last(const village_t *self, fixture_t *fx);
/* STEP_DECIDE and STEP_VISIT; `settled`: as it is known in the end who is whom. */
void village_rule(const village_t *self, fixture_t *fx, const days_t *days, const step_t *step, bool settled);
/* Of which village a line tells that has the id of a household or person. */
bool village_is_of(unsigned number, const char *line);
/* All that is not left out, to standard error. */
void village_print(const village_t *self, fixture_t *fx, const days_t *days);

#endif
