/* SPDX-License-Identifier: Apache-2.0 */
#include "rotation.h"

#include "base/failpoint.h"
#include "intake.h"
#include "intake_store.h"
#include "log/log.h"

#include <string.h>

#define RECORDS_BYTES (INT64_C(4) * 1024 * 1024) /* of rejected records in one chunk */

/* A chunk on its way: what changes, in arrays of at most `rotate_rows`. */
typedef struct {
    const vault_t *vault;
    rotation_t next; /* becomes the state after the commit */
    uuid_t *hashed, *sealed_ids;
    slice_t *hashes, *sealed;
    uuid_t *hash_values;
    int64_t *numbers;
    size_t *ends; /* of each sealed value in `text` */
    size_t hashed_n, sealed_n;
    str_t text;
} chunk_t;

static void
chunk_init(chunk_t *c, const intake_t *self, arena_t *arena)
{
    size_t n = (size_t) self->config->rotate_rows;

    *c = (chunk_t){ .vault = self->vault, .next = self->rotation, .text = STR_INIT };
    c->hashed = arena_new_array(arena, uuid_t, n);
    c->sealed_ids = arena_new_array(arena, uuid_t, n);
    c->hash_values = arena_new_array(arena, uuid_t, n);
    c->hashes = arena_new_array(arena, slice_t, n);
    c->sealed = arena_new_array(arena, slice_t, n);
    c->numbers = arena_new_array(arena, int64_t, n);
    c->ends = arena_new_array(arena, size_t, n);
}

/* The text may have moved while it grew: slices are taken at the end. */
static const slice_t *
sealed_values(chunk_t *c)
{
    size_t at = 0;

    for (size_t i = 0; i < c->sealed_n; i++) {
        c->sealed[i] = (slice_t){ c->text.ptr + at, c->ends[i] - at };
        at = c->ends[i];
    }
    return c->sealed;
}

static bool
rehash(chunk_t *c, const uuid_t *pseudonym, const str_t *plain, err_t *err)
{
    AUTO(json) tree = NULL;
    const char *identity;

    if (!json_parse(plain->ptr, plain->len, &tree, err))
        return false;
    identity = person_identity(json_root(tree));
    if (identity == NULL)
        return err_set(err, ERR_CONFIG, "vault.tampered", "a sealed person has no document");
    vault_person_hash(c->vault, identity, &c->hash_values[c->hashed_n]);
    c->hashes[c->hashed_n] = (slice_t){ (const char *) c->hash_values[c->hashed_n].b, sizeof(uuid_t) };
    c->hashed[c->hashed_n++] = *pseudonym;
    return true;
}

/* One person: opened with the key of then, hashed and sealed with the current one.  What does not open is told and left. */
static void
take_person(chunk_t *c, const store_rotating_t *row)
{
    int current = vault_version(c->vault);
    bool hash = row->hash_version != current, seal = row->sealed.ptr != NULL && row->version != current, ok;
    str_t plain = STR_INIT;
    err_t err = { 0 };

    c->next.person_after = row->pseudonym;
    if (!hash && !seal)
        return;
    if (row->sealed.ptr == NULL)
        ok = err_set(&err, ERR_CONFIG, "vault.tampered", "a person has nothing sealed");
    else
        ok = person_unseal(c->vault, &row->pseudonym, row->version, row->sealed, &plain, &err) &&
             (!hash || rehash(c, &row->pseudonym, &plain, &err));
    if (ok && seal) {
        vault_seal(c->vault, (slice_t){ (const char *) row->pseudonym.b, sizeof(uuid_t) }, str_slice(&plain), &c->text);
        c->ends[c->sealed_n] = c->text.len;
        c->sealed_ids[c->sealed_n++] = row->pseudonym;
    }
    c->next.persons += ok && hash;
    if (!ok) {
        char id[UUID_TEXT_SIZE];
        uuid_format(&row->pseudonym, id);
        log_error("vault.does_not_open", F_STR("person", id), F_STR("code", err.code), F_STR("text", err.text));
    }
    if (plain.ptr != NULL)
        mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
}

static void
take_record(chunk_t *c, const store_rotating_t *row)
{
    AUTO_STR bound = STR_INIT;
    str_t plain = STR_INIT;
    err_t err = { 0 };

    c->next.record_after = row->n;
    if (row->version == vault_version(c->vault))
        return;
    store_quarantine_bound(&row->name, row->index, &bound);
    if (vault_unseal(c->vault, row->version, str_slice(&bound), row->sealed, &plain, &err)) {
        vault_seal(c->vault, str_slice(&bound), str_slice(&plain), &c->text);
        c->ends[c->sealed_n] = c->text.len;
        c->numbers[c->sealed_n++] = row->n;
        c->next.records++;
    } else {
        log_error("vault.does_not_open", F_I64("reject", row->n), F_STR("code", err.code), F_STR("text", err.text));
    }
    if (plain.ptr != NULL)
        mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
}

static void
on_person(void *ctx, const store_rotating_t *row)
{
    take_person(ctx, row);
}

static void
on_record(void *ctx, const store_rotating_t *row)
{
    take_record(ctx, row);
}

/* The end of the walk.  When something still needs an old key, that key must stay: the walk begins anew another time. */
static bool
end_walk(chunk_t *c, db_tx_t *tx, err_t *err)
{
    int64_t rest;

    if (!store_rotation_rest(tx, vault_version(c->vault), &rest, err))
        return false;
    if (rest == 0) {
        c->next.state = ROTATION_DONE;
        return store_rotation_finish(tx, vault_version(c->vault), err);
    }
    c->next.state = ROTATION_STUCK;
    c->next.person_after = (uuid_t){ { 0 } };
    c->next.record_after = c->next.persons = c->next.records = 0;
    log_error("vault.rotation_stuck", F_I64("version", vault_version(c->vault)), F_I64("rest", rest));
    return true;
}

static bool
do_chunk(chunk_t *c, const intake_t *self, db_tx_t *tx, err_t *err)
{
    int64_t rows = self->config->rotate_rows;
    int version = vault_version(c->vault);
    size_t seen = 0;

    if (!store_rotation_persons(tx, &c->next.person_after, rows, on_person, c, &seen, err) ||
        !store_rehash_persons(tx, c->hashed, c->hashes, c->hashed_n, version, err) ||
        !store_reseal_persons(tx, c->sealed_ids, sealed_values(c), c->sealed_n, version, err))
        return false;
    if (seen == 0) {
        if (!store_rotation_records(tx, c->next.record_after, rows, RECORDS_BYTES, on_record, c, &seen, err) ||
            !store_reseal_records(tx, c->numbers, sealed_values(c), c->sealed_n, version, err))
            return false;
        if (seen == 0 && !end_walk(c, tx, err))
            return false;
    }
    if (FAILPOINT("intake.rotate"))
        return err_set(err, ERR_RETRY, "failpoint", "intake.rotate");
    return store_rotation_step(tx, version, &c->next, err);
}

static bool
go_on(svc_t *svc, intake_t *self, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    AUTO(arena) arena = arena_new(65536);
    chunk_t c;
    bool ok;

    chunk_init(&c, self, arena);
    ok = svc_tx_begin(svc, &tx, err) && do_chunk(&c, self, tx, err) && svc_tx_commit(svc, &tx, err);
    str_done(&c.text);
    if (!ok)
        return err_add(err, "vault rotation");
    self->rotation = c.next;
    if (self->rotation.state == ROTATION_DONE)
        log_info("vault.rotated", F_I64("version", vault_version(self->vault)), F_I64("persons", self->rotation.persons),
                 F_I64("records", self->rotation.records));
    return true;
}

/* A new key of the file, told by a reload, is used only when the database knows of it: from then on it cannot be
 * forgotten. */
static bool
adopt(svc_t *svc, intake_t *self, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "begin");
    if (!vault_check(self->vault_path, self->vault_next, tx, err)) {
        if (err->cls != ERR_CONFIG)
            return err_add(err, "vault");
        log_err(LOG_ERROR, "vault.refused", err); /* the file of before stays in force */
        err_clear(err);
        vault_destroy(&self->vault_next);
        return true;
    }
    if (!svc_tx_commit(svc, &tx, err))
        return err_add(err, "commit");
    vault_use(self, &self->vault_next);
    return true;
}

static bool
look(svc_t *svc, intake_t *self, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    rotation_t next = { .state = ROTATION_NONE };
    int version = vault_version(self->vault);
    bool found, finished, needed;

    if (!svc_tx_begin(svc, &tx, err) || !store_vault_needs_older(tx, version, &needed, err) ||
        !store_rotation_find(tx, version, &found, &finished, &next, err))
        return err_add(err, "vault rotation");
    if (needed && !found && (!store_rotation_begin(tx, version, err) || !store_rotation_find(tx, version, &found, &finished, &next, err)))
        return err_add(err, "vault rotation");
    if (!svc_tx_commit(svc, &tx, err))
        return err_add(err, "commit");
    next.state = needed ? ROTATION_RUNNING : found ? ROTATION_DONE : ROTATION_NONE;
    self->rotation = next;
    if (needed)
        log_info("vault.rotating", F_I64("version", version), F_I64("persons", next.persons), F_I64("of", next.of_persons));
    return true;
}

bool
intake_rotate(svc_t *svc, void *state, err_t *err)
{
    intake_t *self = state;

    if (self->vault_next != NULL && !adopt(svc, self, err))
        return false;
    if (self->rotation.state == ROTATION_UNKNOWN)
        return look(svc, self, err);
    return self->rotation.state != ROTATION_RUNNING || go_on(svc, self, err);
}

void
rotation_write(const rotation_t *self, const vault_t *vault, json_out_t *out)
{
    static const char *const states[] = { "unknown", "none", "running", "done", "stuck" };

    if (vault == NULL) {
        json_out_null(out, "vault");
        return;
    }
    json_out_object(out, "vault");
    json_out_i64(out, "version", vault_version(vault));
    json_out_array(out, "keys");
    for (size_t i = 0; i < vault_key_count(vault); i++)
        json_out_i64(out, NULL, vault_version_at(vault, i));
    json_out_end(out);
    json_out_object(out, "rotation");
    json_out_text(out, "state", states[self->state]);
    json_out_i64(out, "persons", self->persons);
    json_out_i64(out, "of_persons", self->of_persons);
    json_out_i64(out, "records", self->records);
    json_out_i64(out, "of_records", self->of_records);
    json_out_end(out);
    json_out_end(out);
}
