/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RECORD_IN_H
#define COMPARISON_RECORD_IN_H

/* From a facts event (docs/data.md §3) to records.  Pure. */

#include "stream/stream.h"
#include "world.h"

#define RECORD_WORD_MAX 64 /* bytes of a dataset's name, a kind, a code */

typedef struct {
    uint64_t seq;
    uuid_t id;        /* of the event: the cause of what is found */
    int32_t received; /* business day on which intake received it */
    term_t dataset;   /* 0: the event was not read */
    bool is_protected; /* the dataset needs the person's authorisation from here on */
    term_t key_names;  /* by what the record key names the one holder of each record; 0: it does not */
    record_t *records;
    size_t count;
} facts_event_t;

/* ERR_REJECT when the event itself cannot be read.  A record that cannot be read is `bad`, with its reason and with as many
 * of its holders as could be made out. */
bool record_in(const stream_event_t *event, terms_t *terms, arena_t *arena, facts_event_t *ret, err_t *err) NODISCARD;

#endif
