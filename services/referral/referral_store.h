/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_REFERRAL_STORE_H
#define REFERRAL_REFERRAL_STORE_H

/* The only file of referral that runs SQL. */

#include "db/db.h"
#include "offer.h"
#include "svc/svc.h"

extern const db_stmt_set_t *const referral_store_statements;
extern const db_migration_set_t *const referral_store_migrations;

bool referral_store_load_day(db_tx_t *tx, int32_t *ret, err_t *err) NODISCARD; /* INT32_MIN before the first */
bool referral_store_save_day(db_tx_t *tx, int32_t day, err_t *err) NODISCARD;
/* Places taken per programme of the directory. */
bool referral_store_places(db_tx_t *tx, const directory_t *directory, int64_t *used, err_t *err) NODISCARD;
/* Adds every referral of these alerts. */
bool referral_store_load(db_tx_t *tx, offer_t *offer, const uuid_t *alerts, size_t n, err_t *err) NODISCARD;
/* Adds every referral of the referral's alert; *ret NULL when it is unknown. */
bool referral_store_load_one(db_tx_t *tx, offer_t *offer, const uuid_t *id, referral_t **ret, err_t *err) NODISCARD;
/* Adds the referrals of every alert with an offer that is overdue on `day`. */
bool referral_store_load_due(db_tx_t *tx, offer_t *offer, int32_t day, err_t *err) NODISCARD;
bool referral_store_save(db_tx_t *tx, const offer_t *offer, err_t *err) NODISCARD;

/* Without a state those that are not final.  `organisations`: comma-separated, of a provider's key; NULL: a bureau's. */
bool referral_store_list(db_tx_t *tx, arena_t *arena, const svc_list_t *list, const char *organisations, referral_t ***ret,
                         size_t *ret_n, err_t *err) NODISCARD;
bool referral_store_household(db_tx_t *tx, arena_t *arena, const uuid_t *household, referral_t ***ret, size_t *ret_n,
                              err_t *err) NODISCARD;

typedef struct {
    int64_t by_state[REFERRAL_STATE_COUNT];
    int64_t overdue;
} counts_t;
bool referral_store_counts(db_tx_t *tx, counts_t *ret, err_t *err) NODISCARD;

#endif
