/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_STORE_H
#define INTAKE_INTAKE_STORE_H

/* The only place that runs intake's SQL (sql/<statement>.sql); intake_store_list.c has what whole lists need,
 * intake_store_vault.c the vault's keys. */

#include "batch.h"
#include "db/db.h"
#include "rotation.h"

/* Identity of a batch, for ever. */
typedef struct {
    const char *source, *dataset, *id;
} batch_name_t;
/* *ret_found: with the digest of its content and its receipt. */
bool store_find_batch(db_tx_t *tx, const batch_name_t *name, bool *ret_found, uuid_t *ret_digest, str_t *ret_receipt,
                      err_t *err) NODISCARD;
typedef struct {
    batch_name_t name;
    const char *department;
    uuid_t digest;
    slice_t receipt, keys;
    int64_t accepted, rejected;
    uint64_t seq_first, seq_last; /* 0: nothing was journaled */
    int64_t list;                 /* 0: no part of a list */
} store_batch_t;
bool store_insert_batch(db_tx_t *tx, const store_batch_t *batch, err_t *err) NODISCARD;
bool store_quarantine(db_tx_t *tx, const batch_name_t *name, const char *department, const batch_t *batch,
                      err_t *err) NODISCARD;
/* What a quarantined record is sealed with: "source/dataset/batch/index". */
void store_quarantine_bound(const batch_name_t *name, int64_t index, str_t *ret);

/* ret[i] is nil where hashes[i] is unknown. */
bool store_find_persons(db_tx_t *tx, const slice_t *hashes, size_t n, uuid_t *ret, err_t *err) NODISCARD;
bool store_insert_persons(db_tx_t *tx, const slice_t *hashes, const uuid_t *pseudonyms, size_t n, int version,
                          err_t *err) NODISCARD;
/* The same of people without a resident ID; kinds of what tells who they are. */
bool store_insert_provisional(db_tx_t *tx, const slice_t *hashes, const uuid_t *pseudonyms, const char *const *kinds, size_t n,
                              int version, err_t *err) NODISCARD;
typedef bool (*store_vault_fn)(void *ctx, size_t i, slice_t sealed, int version, err_t *err);
bool store_find_vault(db_tx_t *tx, const uuid_t *pseudonyms, size_t n, store_vault_fn fn, void *ctx,
                      err_t *err) NODISCARD;
/* Of people who are new in this transaction. */
bool store_insert_vault(db_tx_t *tx, const uuid_t *pseudonyms, const slice_t *sealed, size_t n, int version,
                        err_t *err) NODISCARD;
bool store_write_vault(db_tx_t *tx, const uuid_t *pseudonyms, const slice_t *sealed, size_t n, int version,
                       err_t *err) NODISCARD;

/* Results whose columns their .sql files name. */
bool store_list_feeds(db_tx_t *tx, db_result_t **ret, err_t *err) NODISCARD;
/* *ret_changed: it was not so before. */
bool store_mark_silent(db_tx_t *tx, const char *dataset, bool silent, bool *ret_changed, err_t *err) NODISCARD;
bool store_list_rejects(db_tx_t *tx, const char *dataset, const char *department, const char *batch, int64_t after, int64_t limit,
                        db_result_t **ret, err_t *err) NODISCARD;

/* Retraction: the packed keys (16 bytes each) of one batch, and of those journaled before or after it. */
typedef struct {
    str_t keys;
    uint64_t seq_first, seq_last; /* 0: nothing was journaled */
    int64_t list;
    bool retracted;
} store_batch_keys_t;
bool store_batch_keys(db_tx_t *tx, const batch_name_t *name, bool *ret_found, store_batch_keys_t *ret,
                      err_t *err) NODISCARD;
typedef void (*store_keys_fn)(void *ctx, slice_t keys);
bool store_neighbour_keys(db_tx_t *tx, const char *dataset, uint64_t seq, bool later, store_keys_fn fn, void *ctx,
                          err_t *err) NODISCARD;
bool store_mark_retracted(db_tx_t *tx, const batch_name_t *name, err_t *err) NODISCARD;

/* --- the vault's keys (intake_store_vault.c) --- */
typedef struct {
    int version;
    uuid_t fingerprint, mark; /* mark nil: taken before marks were */
    bool retired;
} store_vault_key_t;
typedef bool (*store_vault_key_fn)(void *ctx, const store_vault_key_t *key, err_t *err);
bool store_any_person(db_tx_t *tx, bool *ret, err_t *err) NODISCARD;
bool store_vault_keys(db_tx_t *tx, store_vault_key_fn fn, void *ctx, err_t *err) NODISCARD;
bool store_insert_vault_key(db_tx_t *tx, int version, const uuid_t *fingerprint, const uuid_t *mark, err_t *err) NODISCARD;
bool store_mark_vault_key(db_tx_t *tx, int version, const uuid_t *mark, err_t *err) NODISCARD;
/* Whether a version before this one is not retired yet. */
bool store_vault_needs_older(db_tx_t *tx, int version, bool *ret, err_t *err) NODISCARD;

/* A row under way to another key: of a person (pseudonym, hash_version) or a rejected record (n, name, index). */
typedef struct {
    uuid_t pseudonym;
    int hash_version;
    int64_t n;
    batch_name_t name;
    int64_t index;
    slice_t sealed; /* {NULL, 0}: none */
    int version;    /* of what is sealed */
} store_rotating_t;
typedef void (*store_rotating_fn)(void *ctx, const store_rotating_t *row);
bool store_rotation_find(db_tx_t *tx, int version, bool *ret_found, bool *ret_finished, rotation_t *ret, err_t *err) NODISCARD;
bool store_rotation_begin(db_tx_t *tx, int version, err_t *err) NODISCARD;
bool store_rotation_persons(db_tx_t *tx, const uuid_t *after, int64_t limit, store_rotating_fn fn, void *ctx, size_t *ret_rows,
                            err_t *err) NODISCARD;
/* No more than `bytes` of records, but one at least. */
bool store_rotation_records(db_tx_t *tx, int64_t after, int64_t limit, int64_t bytes, store_rotating_fn fn, void *ctx,
                            size_t *ret_rows, err_t *err) NODISCARD;
bool store_rehash_persons(db_tx_t *tx, const uuid_t *ids, const slice_t *hashes, size_t n, int version, err_t *err) NODISCARD;
bool store_reseal_persons(db_tx_t *tx, const uuid_t *ids, const slice_t *sealed, size_t n, int version, err_t *err) NODISCARD;
bool store_reseal_records(db_tx_t *tx, const int64_t *numbers, const slice_t *sealed, size_t n, int version,
                          err_t *err) NODISCARD;
bool store_rotation_step(db_tx_t *tx, int version, const rotation_t *now, err_t *err) NODISCARD;
/* Hashes and sealed values under other keys than this one. */
bool store_rotation_rest(db_tx_t *tx, int version, int64_t *ret, err_t *err) NODISCARD;
bool store_erase_records(db_tx_t *tx, const int64_t *numbers, size_t n, err_t *err) NODISCARD;
/* Everything of a person, but rejected records. */
bool store_erase_person(db_tx_t *tx, const uuid_t *pseudonym, err_t *err) NODISCARD;
/* Marks the rotation finished, and every older key retired. */
bool store_rotation_finish(db_tx_t *tx, int version, err_t *err) NODISCARD;

/* --- whole lists (intake_store_list.c) --- */
typedef struct {
    const char *dataset, *snapshot, *scope;
    int32_t as_of;
    int64_t parts, count;
    bool has_total;
    int64_t total; /* fen */
} list_claim_t;
typedef struct {
    int64_t n;
    char scope[65], state[24];
    int32_t as_of;
    int64_t parts, count;
    bool has_total;
    int64_t total;
    int64_t parts_in, records, rejected, found_total;
} list_row_t;
bool store_claim_list(db_tx_t *tx, const list_claim_t *claim, err_t *err) NODISCARD;
bool store_find_list(db_tx_t *tx, const char *dataset, const char *snapshot, bool *ret_found, list_row_t *ret,
                     err_t *err) NODISCARD;
bool store_insert_part(db_tx_t *tx, int64_t list, int64_t part, const char *batch, bool *ret_fresh,
                       err_t *err) NODISCARD;
bool store_stage(db_tx_t *tx, int64_t list, int64_t part, const batch_t *batch, err_t *err) NODISCARD;
typedef struct {
    int64_t twice, before, ending, keys;
    int32_t newest; /* as_of of the newest list applied, DATE_OPEN: none */
} list_facts_t;
bool store_list_facts(db_tx_t *tx, const list_row_t *list, const char *dataset, list_facts_t *ret,
                      err_t *err) NODISCARD;
typedef bool (*store_change_fn)(void *ctx, const char *batch, slice_t item, err_t *err);
bool store_list_changes(db_tx_t *tx, int64_t list, const char *dataset, store_change_fn fn, void *ctx,
                        err_t *err) NODISCARD;
typedef bool (*store_absent_fn)(void *ctx, const uuid_t *key, err_t *err);
bool store_list_absent(db_tx_t *tx, const list_row_t *list, const char *dataset, store_absent_fn fn, void *ctx,
                       err_t *err) NODISCARD;
/* Entries become what the list says; the stage is emptied; older open lists of the scope are superseded. */
bool store_list_apply(db_tx_t *tx, const list_row_t *list, const char *dataset, err_t *err) NODISCARD;
bool store_list_clear(db_tx_t *tx, int64_t list, err_t *err) NODISCARD;
/* `facts`: what the list would do, where a person has to decide; else NULL. */
bool store_list_state(db_tx_t *tx, int64_t list, const char *state, const char *reason, const list_facts_t *facts,
                      err_t *err) NODISCARD;
bool store_open_lists(db_tx_t *tx, db_result_t **ret, err_t *err) NODISCARD;
/* Records of a list's dataset that came outside a list: the entries follow, and so does what lists that wait for a person would
 * end: *ret_lists says whether any waits (it is never set back). */
bool store_entries_follow(db_tx_t *tx, const batch_t *batch, bool *ret_lists, err_t *err) NODISCARD;
bool store_entries_delete(db_tx_t *tx, const char *dataset, const uuid_t *keys, size_t n, bool *ret_lists, err_t *err) NODISCARD;

#endif
