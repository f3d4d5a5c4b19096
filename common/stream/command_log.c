/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/command_log.h"

#include "base/mem.h"
#include "stream_sql.h"

#include <string.h>

void
command_log_entry_done(command_log_entry_t *self)
{
    str_done(&self->reply);
}

bool
command_log_find(db_tx_t *tx, const char *source, const char *id, const char *type, const hash_t *digest,
                 command_log_entry_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, source);
    db_params_text(&in, id);
    if (!db_query(tx, &stream_statements, STMT_command_find, &in, &rows, err))
        return err_add(err, "command log");
    *ret = (command_log_entry_t){ .found = db_result_rows(rows) > 0 };
    if (!ret->found)
        return true;
    slice_t saved = db_result_bytea(rows, 0, 1), reply = db_result_bytea(rows, 0, 2);
    ret->same = strcmp(db_result_text(rows, 0, 0), type) == 0 && saved.len == sizeof(digest->b) &&
                memcmp(saved.ptr, digest->b, saved.len) == 0;
    str_add_n(&ret->reply, reply.ptr, reply.len);
    return true;
}

bool
command_log_save(db_tx_t *tx, const char *source, const char *id, const char *type, const hash_t *digest, slice_t reply,
                 err_t *err)
{
    AUTO_PARAMS in;
    err_t why = { 0 };

    db_params_init(&in);
    db_params_text(&in, source);
    db_params_text(&in, id);
    db_params_text(&in, type);
    db_params_bytea(&in, digest->b, sizeof(digest->b));
    db_params_bytea(&in, reply.ptr, reply.len);
    if (db_exec(tx, &stream_statements, STMT_command_save, &in, NULL, &why))
        return true;
    if (strcmp(why.sqlstate, "23505") == 0)
        return err_set(err, ERR_RETRY, "command_log.twice", "the same command was carried out meanwhile");
    if (err != NULL)
        *err = why;
    return err_add(err, "command log");
}

bool
command_log_expire(db_tx_t *tx, int days, int64_t *ret_rows, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, days);
    return db_exec(tx, &stream_statements, STMT_command_expire, &in, ret_rows, err) || err_add(err, "command log");
}
