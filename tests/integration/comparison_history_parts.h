/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_COMPARISON_HISTORY_PARTS_H
#define TESTS_INTEGRATION_COMPARISON_HISTORY_PARTS_H

/* What comparison_history.c (who says what when) and comparison_history_say.c (the words) share. */

#include "comparison_history.h"

#define PEOPLE_APART 100 /* numbers of a village's people */
#define ALIAS_APART 50

typedef enum { SPAN_MONTHS, SPAN_MONTH, SPAN_OPEN, SPAN_EVENT } span_t;
typedef enum { SAY_FACT, SAY_ENTRY, SAY_SUPPORT, SAY_ENROLMENT, SAY_SEVERAL } say_t;

typedef struct {
    const char *dataset, *fact, *codes; /* codes: separated by spaces */
    char holder;                        /* p, h or r: person, household, region; from version to version it may be another one */
    bool fixed;                         /* the key names the person or household */
    span_t span;
    long long unit;
    unsigned most; /* the value is 1 to most units; 0: none */
    unsigned weight;
    say_t say;
} kind_t;

extern const kind_t history_kinds[];
extern const size_t history_kind_count;

/* Its events say that the key names the holder. */
bool history_is_named(const kind_t *kind);
int history_person(const village_t *village, int person); /* numbers among all villages */
int history_home(const village_t *village, int home);
/* Somebody of the village, sometimes under the other name. */
int history_draw_person(const village_t *village, uint64_t *sequence);
/* Whom a version of a record speaks of. */
int history_person_of(const village_t *village, const thing_t *thing, uint32_t value);
const char *history_id(uuid_t id, char ret[UUID_TEXT_SIZE]);
void history_key(const village_t *village, const thing_t *thing, char ret[64]);
/* Whose a record was, one after the other, as the door told it to be another's each time. */
typedef struct {
    int persons[8];
    size_t count;
} moved_t;
/* A version, as it stands when it has moved. */
void history_put(const village_t *village, fixture_t *fx, const days_t *days, const thing_t *thing, uint32_t value, const moved_t *moved);

#endif
