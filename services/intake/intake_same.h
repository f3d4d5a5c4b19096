/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_SAME_H
#define INTAKE_INTAKE_SAME_H

/* Who is whom, within one transaction: what a batch or a command states, what follows from it, and plimsoll.persons.v1, which
 * tells everybody behind the door. */

#include "batch.h"
#include "db/db.h"
#include "intake_store_person.h"
#include "stream/stream.h"

/* The records of one person that another one is to hold from now on. */
typedef struct {
    uuid_t from, to;
    const char **datasets; /* all of theirs */
    size_t dataset_count;
    const char **record_datasets; /* or these records */
    const uuid_t *record_keys;
    size_t record_count;
} same_move_t;

typedef struct {
    stream_t *stream; /* facts */
    db_tx_t *tx;
    const vault_t *vault;
    arena_t *arena;
    int32_t received;
    const char *cause; /* id of the batch or command */
    bool changed;      /* anything was published: the counts are others now */
    uint64_t seq_last; /* of what was published; 0: nothing */
} same_t;

/* After the batch's people are known: tells of new provisional ones, and follows what its records state or take back. */
bool same_take_batch(same_t *self, const batch_t *batch, err_t *err) NODISCARD;
/* Records of a dataset that are taken back otherwise: what they stated goes. */
bool same_drop_records(same_t *self, const dataset_t *dataset, const uuid_t *keys, size_t n, err_t *err) NODISCARD;
/* Statements about these have changed: groups are settled anew, and those who stand otherwise are told. */
bool same_refresh(same_t *self, const uuid_t *persons, size_t n, err_t *err) NODISCARD;
/* Tells of one new provisional person. */
bool same_announce(same_t *self, const uuid_t *person, err_t *err) NODISCARD;
/* Tells that records move. */
bool same_tell_moves(same_t *self, const same_move_t *moves, size_t n, err_t *err) NODISCARD;

/* A person with all who are the same, in `arena`: *ret_n 1 for who stands alone, 0 for who is not known.  The head is first. */
typedef struct {
    uuid_t person;
    const char *identity; /* NULL: nothing is sealed */
    const char *key_identity; /* under which their records are named: the same but for who was split off */
    const json_node_t *fields; /* what is sealed */
    int64_t updated_us;        /* when that was last */
    bool known, provisional;
} same_member_t;
typedef struct {
    arena_t *arena;
    const vault_t *vault;
    same_member_t *members;
    size_t count, cap;
    json_t **trees; /* destroyed by same_group_done, what is sealed wiped */
    uuid_t head;
} same_group_t;
bool same_group(db_tx_t *tx, const vault_t *vault, arena_t *arena, const uuid_t *person, same_group_t *ret, err_t *err) NODISCARD;
/* What is sealed in this field, of whoever had it last; NULL: nothing. */
const char *same_group_field(const same_group_t *self, const char *field);
void same_group_done(same_group_t *self);
#define AUTO_GROUP __attribute__((cleanup(same_group_done))) same_group_t

#endif
