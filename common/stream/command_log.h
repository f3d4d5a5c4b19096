/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STREAM_COMMAND_LOG_H
#define COMMON_STREAM_COMMAND_LOG_H

/* The replies to commands, by source and id: a client that lost a reply sends the command again and gets the same reply
 * instead of a second effect.  Saved in the transaction of the effects. */

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "db/db.h"

#define COMMAND_LOG_DAYS 7

typedef struct {
    bool found;
    bool same;   /* type and content are those of the first time; else the answer is id_reused */
    str_t reply; /* as saved; owned */
} command_log_entry_t;
void command_log_entry_done(command_log_entry_t *self);

/* `digest`: of the command's content, without what differs between two sendings (its time). */
bool command_log_find(db_tx_t *tx, const char *source, const char *id, const char *type, const hash_t *digest,
                      command_log_entry_t *ret, err_t *err) NODISCARD;
/* ERR_RETRY when the same command was saved meanwhile: roll back, and find it then. */
bool command_log_save(db_tx_t *tx, const char *source, const char *id, const char *type, const hash_t *digest, slice_t reply,
                      err_t *err) NODISCARD;
/* Forgets what is older than `days`. */
bool command_log_expire(db_tx_t *tx, int days, int64_t *ret_rows, err_t *err) NODISCARD;

#endif
