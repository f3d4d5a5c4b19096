/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "domain/resident_id.h"
#include "intake_audit.h"
#include "intake_store.h"

#include <stdio.h>
#include <string.h>

#define ORDER_MAX 64
#define RECORDS_BYTES (INT64_C(8) * 1024 * 1024) /* rejected records looked through at a time */
#define RECORDS_ROWS 1000

/* A person on the way out: who it was, and which rejected records name them. */
typedef struct {
    const intake_t *self;
    const uuid_t *person;
    char document[19]; /* wiped at the end */
    bool found;
    int64_t at; /* number of the last rejected record looked at */
    int64_t *hits;
    size_t hit_count, hit_cap;
    err_t *err;
    bool failed;
} erase_t;

static bool
on_vault(void *ctx, size_t i, slice_t sealed, int version, err_t *err)
{
    erase_t *e = ctx;
    AUTO(json) tree = NULL;
    str_t plain = STR_INIT;

    (void) i;
    e->found = true;
    bool ok = person_unseal(e->self->vault, e->person, version, sealed, &plain, err) && json_parse(plain.ptr, plain.len, &tree, err);
    if (ok && !str_copy(e->document, sizeof(e->document), json_text(json_get(json_root(tree), "document"))))
        ok = err_set(err, ERR_CONFIG, "vault.tampered", "a sealed person has no document");
    if (plain.ptr != NULL)
        mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
    return ok;
}

static bool
names(slice_t text, const char *document)
{
    char lower[19];
    size_t n = strlen(document);

    memcpy(lower, document, n + 1);
    if (lower[n - 1] == 'X')
        lower[n - 1] = 'x';
    return memmem(text.ptr, text.len, document, n) != NULL || memmem(text.ptr, text.len, lower, n) != NULL;
}

/* A record holds the number as it was sent, or, where it has escapes, after they are read. */
static bool
record_names(const str_t *plain, const char *document)
{
    AUTO(json) tree = NULL;
    str_t text = STR_INIT;
    bool ret = names(str_slice(plain), document);

    if (!ret && memchr(plain->ptr, '\\', plain->len) != NULL && json_parse(plain->ptr, plain->len, &tree, NULL)) {
        json_canonical(json_root(tree), &text);
        ret = names(str_slice(&text), document);
        mem_wipe(text.ptr, text.len);
    }
    str_done(&text);
    return ret;
}

static void
on_record(void *ctx, const store_rotating_t *row)
{
    erase_t *e = ctx;
    AUTO_STR bound = STR_INIT;
    str_t plain = STR_INIT;

    e->at = row->n;
    if (e->failed)
        return;
    store_quarantine_bound(&row->name, row->index, &bound);
    e->failed = !vault_unseal(e->self->vault, row->version, str_slice(&bound), row->sealed, &plain, e->err);
    if (!e->failed && plain.len > 0 && record_names(&plain, e->document)) {
        e->hits = mem_grow(e->hits, &e->hit_cap, e->hit_count + 1, sizeof(*e->hits));
        e->hits[e->hit_count++] = row->n;
    }
    if (plain.ptr != NULL)
        mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
}

/* Nothing tells from outside whom a sealed record names: all of them are opened. */
static bool
find_records(db_tx_t *tx, erase_t *e, err_t *err)
{
    size_t rows;

    e->err = err;
    do {
        if (!store_rotation_records(tx, e->at, RECORDS_ROWS, RECORDS_BYTES, on_record, e, &rows, err))
            return false;
    } while (rows > 0 && !e->failed);
    return !e->failed;
}

static bool
erase(db_tx_t *tx, erase_t *e, err_t *err)
{
    uuid_t hash;

    if (!store_find_vault(tx, e->person, 1, on_vault, e, err))
        return false;
    if (!e->found)
        return err_set(err, ERR_REJECT, "not_found", "no such person, or erased already");
    if (!find_records(tx, e, err) || !store_erase_records(tx, e->hits, e->hit_count, err) || !store_erase_person(tx, e->person, err))
        return false;
    /* Before the commit already: a person who is asked for in vain is looked for in the database. */
    vault_person_hash(e->self->vault, e->document, &hash);
    person_cache_forget(e->self->cache, &hash);
    return true;
}

static bool
check_order(const char *order, err_t *err)
{
    size_t n = strlen(order);

    if (n >= 1 && n <= ORDER_MAX && !resident_id_within(order))
        return true;
    (void) err_set(err, ERR_REJECT, "bad_data", "order is the file number of what was ordered, at most %d bytes, and no document number", ORDER_MAX);
    (void) snprintf(err->pointer, sizeof(err->pointer), "/order");
    return false;
}

/* {"person","order","reason"}: forgets who a pseudonym is.  What is sealed, the hash that led to it and rejected records with
 * this document number go; the pseudonymous facts stay.  The same document later is a new person. */
bool
intake_on_erase(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_audit_t audit = { .action = "erase", .req = req };
    erase_t e = { .self = state, .person = &audit.person };
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    audit.person = json_in_uuid(&in, "person");
    audit.order = json_in_text(&in, "order");
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !check_order(audit.order, err) || !intake_check_reason(audit.reason, err))
        return false;
    bool ok = erase(tx, &e, err) && intake_audit(svc, tx, &audit, err);
    mem_wipe(e.document, sizeof(e.document));
    mem_free(e.hits);
    if (!ok)
        return false;
    json_out_object(out, NULL);
    json_out_uuid(out, "person", &audit.person);
    json_out_text(out, "order", audit.order);
    json_out_i64(out, "records", (int64_t) e.hit_count);
    json_out_end(out);
    return true;
}
