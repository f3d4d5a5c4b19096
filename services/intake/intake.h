/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

/* What the service holds between two batches. */

#include "board.h"
#include "dataset.h"
#include "grant.h"
#include "intake_same.h"
#include "person.h"
#include "queue.h"
#include "rate.h"
#include "rotation.h"
#include "route.h"
#include "svc/svc.h"
#include "vault.h"

typedef struct {
    char *datasets, *schemas; /* directories */
    char *grant_key;          /* file; "" = <keys_dir>/grant.pub */
    bool reveal_needs_grant;  /* the right intake.reveal alone does not suffice */
    char *vault_key;          /* file; "" = <keys_dir>/../secrets/vault.key */
    int64_t cache_persons;
    int64_t event_bytes; /* a facts event is closed when its records reach this */
    int64_t utc_offset_minutes;
    int64_t rotate_rows; /* people or rejected records in one step to a new key */
} intake_config_t;

extern const cfg_item_t intake_config[];

typedef struct {
    const intake_config_t *config;
    char *vault_path;
    catalogue_t *catalogue;
    vault_t *vault; /* NULL until the first connection said that a new one may be made */
    vault_t *vault_next; /* NULL, or what a reload read: used when the database knows of its key */
    rotation_t rotation;
    bool has_grants; /* there is a public grant key */
    uint8_t grant_key[GRANT_PUBLIC_SIZE];
    person_cache_t *cache;
    board_t *board;
    rates_t *rates;
    queue_t *queue; /* batches taken on */
    routes_t *routes;
    people_count_t people;
    bool people_stale; /* who is one person with whom has changed: counted anew by a tick */
    bool lists_stale;  /* a batch was taken back that lists counted: read again by a tick, when that is committed */
} intake_t;

/* intake_state.c: the hooks of svc_def_t. */
bool intake_init(svc_t *svc, void **ret_state, err_t *err) NODISCARD;
bool intake_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err) NODISCARD;
bool intake_on_reload(svc_t *svc, void *state, err_t *err) NODISCARD;
void intake_destroy(void **state_p);
/* The day on which something received now is received, in the bureau's time zone. */
int32_t intake_today(const intake_t *self);

/* intake_vault.c: whether this database and this vault belong together; tells the database of a new key. */
bool vault_check(const char *path, const vault_t *vault, db_tx_t *tx, err_t *err) NODISCARD;
/* At each connection, and at a reload: reads the file again. */
bool intake_vault_connect(intake_t *self, db_tx_t *tx, err_t *err) NODISCARD;
bool intake_vault_reload(intake_t *self, err_t *err) NODISCARD;
/* Puts *vault_p (taken) in the place of the vault at hand. */
void vault_use(intake_t *self, vault_t **vault_p);

/* rotation.c: a tick.  Goes over to the current key, a chunk at a time. */
bool intake_rotate(svc_t *svc, void *state, err_t *err) NODISCARD;

/* intake_accept.c: plimsoll.feed.batch.v1. */
bool intake_on_batch(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                     err_t *err) NODISCARD;
/* The queue's descriptor is readable: takes batches whose records are read. */
bool intake_on_read(svc_t *svc, void *state, err_t *err) NODISCARD;
void intake_drain(svc_t *svc, void *state);

/* freshness.c: a tick.  A department that falls silent beyond its rhythm is told once on the audit stream, and when it is back. */
bool intake_watch_feeds(svc_t *svc, void *state, err_t *err) NODISCARD;

/* intake_command.c */
void intake_status(svc_t *svc, void *state, json_out_t *out);
bool intake_on_rejects(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                       err_t *err) NODISCARD;
bool intake_on_confirm(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                       err_t *err) NODISCARD;

/* intake_retract.c */
bool intake_on_retract(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                       err_t *err) NODISCARD;

/* intake_erase.c */
bool intake_on_erase(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                     err_t *err) NODISCARD;

/* intake_merge.c, intake_split.c: two pseudonyms are one person, one number is two people. */
bool intake_on_merge(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool intake_on_split(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
/* What this transaction tells of who is whom; `cause`: a batch's or command's id. */
same_t intake_same(svc_t *svc, const intake_t *self, db_tx_t *tx, const char *cause);
/* A tick: counts of people for status, when they may have changed. */
bool intake_count_people(svc_t *svc, void *state, err_t *err) NODISCARD;
/* A tick: the open lists for status, when a batch taken back has changed what they would end. */
bool intake_read_lists(svc_t *svc, void *state, err_t *err) NODISCARD;

/* intake_reveal.c: the two ways from a pseudonym to a person and back; each is written to the audit stream. */
bool intake_on_find(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                    err_t *err) NODISCARD;
bool intake_on_reveal(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                      err_t *err) NODISCARD;

#endif
