/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_BATCH_H
#define INTAKE_BATCH_H

/* A batch on its way through the door: each record parsed alone, checked, and turned into the text of its facts, in
 * which people stand as blanks until their pseudonyms are known.  No I/O and no clock here. Slices of raw records point
 * into the frame, which must outlive the batch. */

#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "dataset.h"
#include "json/json_in.h"
#include "vault.h"

#define BATCH_RECORDS_MAX 10000
#define RECORD_BYTES_MAX (256u * 1024) /* a record's tree costs some forty times its text */
#define RECORD_PERSONS_MAX 256

typedef enum {
    RECORD_PUT,
    RECORD_RETRACT,
    RECORD_SAME, /* says the same as an earlier record of the batch: accepted, journaled once */
    RECORD_REJECTED
} record_state_t;

typedef struct {
    record_state_t state;
    bool has_key;
    uuid_t key;               /* when has_key */
    size_t content_at, content_len; /* in batch_t.content */
    size_t first;             /* index of the first record with this key */
    bool clash;               /* on that first one: another content came under the same key */
    size_t text_at, text_len; /* its item in batch_t.text: {"index":…,"key":…,"op":…} */
    size_t blank_at, blank_n; /* its blanks in batch_t.blanks */
    bool sought; /* the last blank stands in the member `holder` at the end of the item: a person who need not be known, */
    size_t holder_at; /* and from here in batch_t.text on it is left out then */
    slice_t raw;
    const char *code, *pointer, *message; /* RECORD_REJECTED; in the arena */
} batch_record_t;

typedef struct {
    size_t at;       /* offset in batch_t.text of 36 characters */
    uint32_t person; /* index in batch_t.persons */
} batch_blank_t;

typedef struct {
    char document[19];    /* the resident ID; "" where `identity` tells who it is */
    const char *identity; /* of another document (domain/document.h), in the arena; NULL for a resident ID */
    uuid_t hash;
    uuid_t pseudonym;  /* nil until known */
    bool male, needed; /* needed: an accepted record names this person */
    bool sought;       /* one that says nothing of anybody does: looked for, but never made */
    bool fresh;        /* got its pseudonym in this transaction */
    bool cached;       /* had it from the cache */
    bool routed;       /* has another pseudonym than the number leads to (route.h) */
    int32_t born;
    const char *name, *phone, *address; /* latest of the batch, or NULL; in the arena */
} batch_person_t;

typedef struct {
    uint32_t record, person;
    const char *name, *phone, *address;
} batch_seal_t;

/* A record states that two of its people are one. */
typedef struct {
    uint32_t record, from, into;
} batch_link_t;

/* The people of the record at hand, by the node at which the number stands that tells who it is. */
typedef struct {
    const json_node_t *node[RECORD_PERSONS_MAX];
    uint32_t person[RECORD_PERSONS_MAX];
    size_t count;
} record_people_t;

typedef struct batch {
    const dataset_t *dataset;
    const vault_t *vault;
    int32_t today;
    arena_t *arena;
    str_t text;
    batch_record_t *records;
    size_t count, record_cap;
    batch_blank_t *blanks;
    size_t blank_count, blank_cap;
    batch_person_t *persons;
    size_t person_count, person_cap;
    batch_seal_t *seals;
    size_t seal_count, seal_cap;
    batch_link_t *links;
    size_t link_count, link_cap;
    size_t others; /* people who are told by another document than a resident ID */
    record_people_t *people; /* of the record at hand */
    json_t *tree;            /* of it, too */
    str_t content;           /* of all records, in canonical form: spaces and the order of members are none */
    uuid_map_t *by_hash, *by_key;
    size_t accepted, rejected; /* after batch_finish */
    int64_t total;             /* of the dataset's `total` field over all records that have one, in fen */
    bool total_overflow;
} batch_t;

batch_t *batch_new(const dataset_t *dataset, const vault_t *vault, int32_t today);
/* Room for so many records of so many bytes of text: saves growing on the way. */
void batch_expect(batch_t *self, size_t records, size_t bytes);
/* The same for the same content, however it is written. */
void batch_record_digest(const vault_t *vault, slice_t raw, uuid_t *ret);
void batch_digest(const batch_t *self, size_t i, uuid_t *ret); /* of a record that was added */
void batch_destroy(batch_t **self_p); /* wipes what is personal */
/* Takes the next record.  A bad one becomes RECORD_REJECTED; there is no other failure. */
void batch_add(batch_t *self, slice_t raw);
/* The same of a record in a frame that json_check has passed. */
void batch_add_checked(batch_t *self, slice_t raw);
/* Settles double keys, counts, and marks which people are needed. */
void batch_finish(batch_t *self);
/* Writes the pseudonyms, which all needed persons have by now, into the blanks of accepted records.  Of who is sought and not known a
 * put says that nobody has the record, a retraction nothing: an erased person may have it. */
void batch_fill(batch_t *self);
/* In what record i says, another person stands for `person`. */
void batch_move_person(batch_t *self, size_t i, uint32_t person, const uuid_t *pseudonym);
/* Gathers anew what is to be sealed of each person. */
void batch_take_seals(batch_t *self);
/* The text of a record's item; only of RECORD_PUT and RECORD_RETRACT. */
slice_t batch_item(const batch_t *self, size_t i);

/* For record.c. */
uint32_t batch_person(batch_t *self, const char *identity, int32_t born, bool male);
void batch_link(batch_t *self, uint32_t from, uint32_t into); /* of the record at hand */
/* A resident ID, or what stands in its place. */
const char *batch_identity(const batch_person_t *person);
void batch_seek(batch_t *self, size_t holder_at); /* the last blank of the record at hand: see `sought` */
void batch_blank(batch_t *self, uint32_t person); /* the 36 characters before the closing quote at the end of text */
void batch_seal(batch_t *self, uint32_t person, const char *name, const char *phone, const char *address);

#endif
