/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/mem.h"
#include "db_sql.h"

#include <string.h>

/* Migrations go forward only.  Table `migration` in the own schema tells what was applied; the schema itself and its
 * role are made by the deployment, so that a service needs no right to create either. */

static bool
own_query(db_t *db, unsigned stmt, const db_params_t *params, db_result_t **ret, err_t *err)
{
    PGresult *res = NULL;

    if (!db_unprepared(db, (db_what_t){ "db", db_statements.stmts[stmt].name }, db_stmt_text(&db_statements, stmt), params,
                       &res, err))
        return false;
    *ret = db_result_of(res);
    return true;
}

static bool
list_applied(db_t *db, const char *set, db_result_t **ret, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, set);
    return own_query(db, STMT_migrate_list, &in, ret, err);
}

/* What was applied must be a beginning of what the program has. */
static bool
check_history(const db_migration_set_t *set, const db_result_t *applied, err_t *err)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->migrations[i].number != (int) i + 1)
            return err_set(err, ERR_BUG, "db.bug", "migrations of %s: %s should have number %d", set->name,
                           set->migrations[i].name, (int) i + 1);
    for (size_t i = 0; i < db_result_rows(applied); i++) {
        int64_t number = db_result_i64(applied, i, 0);
        const char *name = db_result_text(applied, i, 1);
        if (number != (int64_t) i + 1)
            return err_set(err, ERR_CONFIG, "db.schema", "migrations of %s: number %zu was never applied, %lld was",
                           set->name, i + 1, (long long) number);
        if (i >= set->count)
            return err_set(err, ERR_CONFIG, "db.schema",
                           "the schema is newer than this program: it has %s migration %s; start a newer program",
                           set->name, name);
        if (strcmp(name, set->migrations[i].name) != 0)
            return err_set(err, ERR_CONFIG, "db.schema", "migration %lld of %s was applied as %s; this program calls it %s",
                           (long long) number, set->name, name, set->migrations[i].name);
    }
    return true;
}

static bool
record(db_t *db, const char *set, const db_migration_t *m, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, set);
    db_params_i64(&in, m->number);
    db_params_text(&in, m->name);
    return own_query(db, STMT_migrate_record, &in, &rows, err);
}

static bool
apply(db_t *db, const char *set, const db_migration_t *m, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!db_tx_begin(db, &tx, err))
        return err_add(err, m->name);
    if (!db_simple_text(db, (db_what_t){ set, m->name }, m->sql, NULL, err))
        return err_add(err, "migration");
    if (!record(db, set, m, err))
        return err_add(err, m->name);
    return db_tx_commit(&tx, err);
}

static bool
migrate_set(db_t *db, const db_migration_set_t *set, err_t *err)
{
    AUTO(db_result) applied = NULL;

    if (!list_applied(db, set->name, &applied, err) || !check_history(set, applied, err))
        return false;
    for (size_t i = db_result_rows(applied); i < set->count; i++)
        if (!apply(db, set->name, &set->migrations[i], err))
            return false;
    return true;
}

bool
db_migrate(const db_options_t *options, const db_migration_set_t *const *sets, err_t *err)
{
    /* without prepared statements, whose tables may not exist yet; without a limit, since an index takes its time */
    db_options_t bare = { .conninfo = options->conninfo,
                          .application = options->application,
                          .connect_timeout_ms = options->connect_timeout_ms };
    AUTO(db) db = NULL;
    AUTO(db_result) lock = NULL;

    if (!db_open(&bare, &db, err) || !own_query(db, STMT_migrate_lock, NULL, &lock, err))
        return err_add(err, "migrate");
    if (db_result_is_null(lock, 0, 0))
        return err_set(err, ERR_CONFIG, "db.schema",
                       "schema %s does not exist or its role may not use it; the deployment makes both",
                       options->application);
    if (!db_simple(db, STMT_migrate_table, NULL, err))
        return err_add(err, "migrate");
    for (; *sets != NULL; sets++)
        if (!migrate_set(db, *sets, err))
            return err_add(err, "migrate");
    return true;
}

bool
db_check_version(db_t *self, const db_migration_set_t *const *sets, err_t *err)
{
    for (; *sets != NULL; sets++) {
        AUTO(db_result) applied = NULL;
        err_t why = { 0 };
        if (!list_applied(self, (*sets)->name, &applied, &why)) {
            if (strcmp(why.sqlstate, "42P01") == 0)
                return err_set(err, ERR_CONFIG, "db.schema", "the schema is empty: run the program once with --migrate");
            if (err != NULL)
                *err = why;
            return err_add(err, "check version");
        }
        if (!check_history(*sets, applied, err))
            return false;
        if (db_result_rows(applied) < (*sets)->count)
            return err_set(err, ERR_CONFIG, "db.schema",
                           "the schema is older than this program: %s has %zu of %zu migrations; run it with --migrate",
                           (*sets)->name, db_result_rows(applied), (*sets)->count);
    }
    return true;
}
