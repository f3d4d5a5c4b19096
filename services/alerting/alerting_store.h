/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_STORE_H
#define ALERTING_ALERTING_STORE_H

/* The only file of alerting that runs SQL. */

#include "db/db.h"
#include "json/json_out.h"
#include "merge.h"
#include "svc/svc.h"
#include "work.h"

extern const db_stmt_set_t *const alerting_store_statements;
extern const db_migration_set_t *const alerting_store_migrations;

/* The business day, INT32_MIN before the first. */
bool alerting_store_load_day(db_tx_t *tx, int32_t *ret, err_t *err) NODISCARD;
bool alerting_store_save_day(db_tx_t *tx, int32_t day, err_t *err) NODISCARD;

/* Open alerts, findings and silences of all matters in `work`. */
bool alerting_store_load(db_tx_t *tx, work_t *work, err_t *err) NODISCARD;
/* Adds the alert's matter with all its findings and the alert itself, open or closed; *ret NULL when unknown. */
bool alerting_store_load_alert(db_tx_t *tx, work_t *work, const uuid_t *id, matter_t **ret_matter, alert_t **ret,
                               err_t *err) NODISCARD;
/* Adds the matters of these alerts; the open ones among them become their matters' alerts. */
bool alerting_store_load_by_alert(db_tx_t *tx, work_t *work, const uuid_t *ids, size_t n, err_t *err) NODISCARD;
/* Adds what the new day may change, loaded. */
bool alerting_store_load_day_matters(db_tx_t *tx, work_t *work, int32_t day, err_t *err) NODISCARD;
/* Everything dirty. */
bool alerting_store_save(db_tx_t *tx, const work_t *work, err_t *err) NODISCARD;

bool alerting_store_end_silences(db_tx_t *tx, int32_t day, err_t *err) NODISCARD;

typedef struct {
    uuid_t household;
    const char *matter, *reason, *made_by;
    int32_t until, made_on;
} silence_t;
bool alerting_store_save_silence(db_tx_t *tx, const silence_t *silence, err_t *err) NODISCARD;

#define VISITORS_MAX 10
#define NEEDS_MAX 9
typedef struct {
    int32_t visited_on;
    const char *visitors[VISITORS_MAX];
    size_t visitor_count;
    result_t result;
    const char *needs[NEEDS_MAX];
    size_t need_count;
    const char *note; /* NULL = none; never leaves this schema */
} visit_t;
bool alerting_store_add_visit(db_tx_t *tx, const alert_t *alert, const visit_t *visit, const char *by,
                              err_t *err) NODISCARD;

bool alerting_store_add_snooze(db_tx_t *tx, const alert_t *alert, const char *reason, const char *by,
                               err_t *err) NODISCARD;

/* Region of the last finding about the household (matter NULL: about any matter); "" when there is none. */
bool alerting_store_region(db_tx_t *tx, const uuid_t *household, const char *matter, char ret[ALERT_REGION_SIZE],
                           err_t *err) NODISCARD;

bool alerting_store_load_referrals(db_tx_t *tx, arena_t *arena, const uuid_t *alerts, size_t n, referral_t ***ret,
                                   size_t *ret_n, err_t *err) NODISCARD;
bool alerting_store_save_referrals(db_tx_t *tx, arena_t *arena, referral_t *const *referrals, size_t n,
                                   err_t *err) NODISCARD;

/* Loads alerts with their findings, for writing; without a state any but closed. */
bool alerting_store_list(db_tx_t *tx, arena_t *arena, const svc_list_t *list, alert_t ***ret, size_t *ret_n,
                         err_t *err) NODISCARD;
bool alerting_store_household(db_tx_t *tx, arena_t *arena, const uuid_t *household, alert_t ***ret, size_t *ret_n,
                              err_t *err) NODISCARD;
/* Written straight into a reply. */
bool alerting_store_write_visits(db_tx_t *tx, const uuid_t *household, json_out_t *out, err_t *err) NODISCARD;
bool alerting_store_write_silences(db_tx_t *tx, const uuid_t *household, json_out_t *out, err_t *err) NODISCARD;

typedef struct {
    int64_t by_state[ALERT_STATE_COUNT];
    int64_t by_level[LEVEL_COUNT]; /* of those not closed */
    int64_t open, overdue;
} counts_t;
bool alerting_store_counts(db_tx_t *tx, counts_t *ret, err_t *err) NODISCARD;

#endif
