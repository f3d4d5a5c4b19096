/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_PERSONS_IN_H
#define COMPARISON_PERSONS_IN_H

/* From a persons event (plimsoll.persons.v1) to what it tells.  Pure. */

#include "record_in.h"

typedef struct {
    uuid_t person, head;
    bool provisional, has_shift, has_listing, male;
    uint8_t shift[16];
    int32_t born;
} person_told_t;

/* Records of one person that another one holds from now on. */
typedef struct {
    uuid_t from, to;
    term_t *datasets; /* all of these, */
    size_t dataset_count;
    record_id_t *records; /* and these */
    size_t record_count;
} person_move_t;

typedef struct {
    facts_event_t event; /* without records */
    person_told_t *told;
    size_t told_count;
    person_move_t *moves;
    size_t move_count;
} persons_event_t;

/* ERR_REJECT when it cannot be read. */
bool persons_in(const stream_event_t *event, terms_t *terms, arena_t *arena, persons_event_t *ret, err_t *err) NODISCARD;

#endif
