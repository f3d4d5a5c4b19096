/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "board.h"
#include "emit.h"
#include "intake_store.h"
#include "list.h"
#include "stream/command_log.h"

#include <string.h>

#define REJECTS_LIMIT 100
#define REJECTS_LIMIT_MAX 1000
#define REJECTS_BYTES_MAX (4u * 1024 * 1024) /* a page ends here */
#define RECORD_SHOWN_MAX (1024u * 1024)      /* a larger one stays in quarantine; only its size is told */

void
intake_status(svc_t *svc, void *state, json_out_t *out)
{
    const intake_t *self = state;

    (void) svc;
    board_write(self->board, self->catalogue, out);
    json_out_object(out, "people");
    json_out_i64(out, "provisional", self->people.provisional);
    json_out_i64(out, "merged", self->people.merged);
    json_out_i64(out, "split", self->people.split);
    json_out_end(out);
    rotation_write(&self->rotation, self->vault, out);
}

/* Which department's rejects this key sees: NULL in *ret_department means all. */
static bool
rejects_right(const bus_key_t *key, const char **ret_department, err_t *err)
{
    *ret_department = NULL;
    if (bus_key_list_has(key->commands, "intake.rejects"))
        return true;
    *ret_department = key->department;
    return key->department[0] != '\0' ||
           err_set(err, ERR_REJECT, "forbidden", "the key %s belongs to no department and may not use intake.rejects",
                   key->name);
}

static bool
write_reject(const intake_t *self, const db_result_t *rows, size_t i, bool with_record, json_out_t *out, err_t *err)
{
    const batch_name_t name = { db_result_text(rows, i, 3), db_result_text(rows, i, 1), db_result_text(rows, i, 4) };
    int64_t index = db_result_i64(rows, i, 5);
    str_t record = STR_INIT;
    AUTO_STR bound = STR_INIT;
    bool ok = true;

    json_out_object(out, NULL);
    json_out_i64(out, "reject", db_result_i64(rows, i, 0));
    json_out_text(out, "dataset", name.dataset);
    json_out_text(out, "department", db_result_text(rows, i, 2));
    json_out_text(out, "source", name.source);
    json_out_text(out, "batch", name.id);
    json_out_i64(out, "index", index);
    json_out_text(out, "code", db_result_text(rows, i, 6));
    json_out_text(out, "pointer", db_result_text(rows, i, 7));
    json_out_text(out, "message", db_result_text(rows, i, 8));
    json_out_time(out, "at", db_result_time(rows, i, 9));
    if (with_record && db_result_bytea(rows, i, 10).len > RECORD_SHOWN_MAX) {
        json_out_i64(out, "record_bytes", (int64_t) db_result_bytea(rows, i, 10).len);
    } else if (with_record) {
        store_quarantine_bound(&name, index, &bound);
        ok = vault_unseal(self->vault, (int) db_result_i64(rows, i, 11), str_slice(&bound),
                          db_result_bytea(rows, i, 10), &record, err);
        if (ok)
            json_out_raw(out, "record", record.ptr, record.len);
        if (record.ptr != NULL)
            mem_wipe(record.ptr, record.len);
        str_done(&record);
    }
    json_out_end(out);
    return ok;
}

/* {"dataset"?,"batch"?,"after"?,"limit"?,"records"?}: what was refused and why, oldest first; the record itself only when asked.
 */
bool
intake_on_rejects(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const intake_t *self = state;
    AUTO(db_result) rows = NULL;
    const char *department, *dataset, *batch;
    int64_t after, limit;
    bool with_record, more;
    size_t i = 0, n;
    json_in_t in;

    (void) svc;
    if (!rejects_right(req->key, &department, err))
        return false;
    json_in_init(&in, req->data, "", err);
    dataset = json_in_text_or(&in, "dataset", NULL);
    batch = json_in_text_or(&in, "batch", NULL);
    after = json_in_i64_or(&in, "after", 0, INT64_MAX, 0);
    limit = json_in_i64_or(&in, "limit", 1, REJECTS_LIMIT_MAX, REJECTS_LIMIT);
    with_record = json_in_bool_or(&in, "records", false);
    if (!json_in_ok(&in))
        return false;
    if (dataset != NULL && catalogue_find(self->catalogue, dataset) == NULL) {
        (void) err_set(err, ERR_REJECT, "not_found", "no dataset has this name");
        (void) str_copy(err->pointer, sizeof(err->pointer), "/dataset");
        return false;
    }
    if (!store_list_rejects(tx, dataset, department, batch, after, limit + 1, &rows, err))
        return false;
    n = db_result_rows(rows);
    more = n > (size_t) limit;
    n = more ? (size_t) limit : n;
    json_out_object(out, NULL);
    json_out_array(out, "rejects");
    for (; i < n && out->out->len < REJECTS_BYTES_MAX; i++)
        if (!write_reject(self, rows, i, with_record, out, err))
            return false;
    json_out_end(out);
    json_out_i64(out, "last", i > 0 ? db_result_i64(rows, i - 1, 0) : after);
    json_out_bool(out, "more", more || i < n);
    json_out_end(out);
    return true;
}

typedef struct {
    const dataset_t *dataset;
    const char *snapshot;
    bool accept;
} confirm_t;

static bool
list_answer(intake_t *self, svc_t *svc, db_tx_t *tx, const confirm_t *c, str_t *ret, err_t *err)
{
    AUTO_EMIT emit;
    list_result_t result;
    json_out_t out;

    emit_init(&emit, svc_stream(svc, "facts"), tx, c->dataset, c->dataset->owner, intake_today(self),
              (size_t) self->config->event_bytes);
    if (!list_confirm(tx, &emit, c->dataset, c->snapshot, c->accept, &result, err) ||
        !board_lists_read(self->board, tx, err))
        return false;
    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "dataset", c->dataset->name);
    list_write_result(&out, &result);
    if (result.seq_last > 0)
        json_out_i64(&out, "seq", (int64_t) result.seq_last);
    else
        json_out_null(&out, "seq");
    json_out_end(&out);
    return true;
}

/* Done once for each source and id, as every command: who lost the reply asks again and hears the same. */
static bool
confirm_once(svc_t *svc, intake_t *self, const svc_request_t *req, const confirm_t *c, str_t *ret, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    AUTO_STR content = STR_INIT;
    command_log_entry_t known = { 0 };
    const event_t *e = req->event;
    hash_t digest;

    str_printf(&content, "%s\n%s\n", req->key->name, req->actor);
    json_canonical(req->data, &content);
    hash_of(content.ptr, content.len, &digest);
    if (!svc_tx_begin(svc, &tx, err) || !command_log_find(tx, e->source, e->id, e->type, &digest, &known, err))
        return err_add(err, "begin");
    bool found = known.found, same = known.same;
    str_add_n(ret, known.reply.ptr, known.reply.len);
    command_log_entry_done(&known);
    if (found && !same) {
        (void) err_set(err, ERR_REJECT, "id_reused", "this source has used the id for another command: take a new id");
        (void) str_copy(err->pointer, sizeof(err->pointer), "/id");
        return false;
    }
    if (!found && (!list_answer(self, svc, tx, c, ret, err) ||
                   !command_log_save(tx, e->source, e->id, e->type, &digest, str_slice(ret), err)))
        return false;
    if (!svc_tx_commit(svc, &tx, err))
        return err_add(err, "commit");
    if (!found)
        board_lists_committed(self->board);
    return true;
}

/* {"dataset","snapshot","accept"}: a person's answer to a list that waits for one. */
bool
intake_on_confirm(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_t *self = state;
    AUTO_STR reply = STR_INIT;
    const char *dataset;
    confirm_t c;
    json_in_t in;

    (void) tx;
    json_in_init(&in, req->data, "", err);
    dataset = json_in_text(&in, "dataset");
    c.snapshot = json_in_text(&in, "snapshot");
    (void) json_in_any(&in, "accept");
    c.accept = json_in_bool_or(&in, "accept", false);
    if (!json_in_ok(&in))
        return false;
    c.dataset = catalogue_find(self->catalogue, dataset);
    if (c.dataset == NULL || !c.dataset->snapshot)
        return err_set(err, ERR_REJECT, "not_found", "no dataset of whole lists has this name");
    if (!confirm_once(svc, self, req, &c, &reply, err))
        return false;
    json_out_raw(out, NULL, reply.ptr, reply.len);
    return true;
}
