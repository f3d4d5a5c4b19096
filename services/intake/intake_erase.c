/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "domain/document.h"
#include "domain/resident_id.h"
#include "intake_audit.h"
#include "intake_store.h"

#include <stdio.h>
#include <string.h>

#define ORDER_MAX 64
#define RECORDS_BYTES (INT64_C(8) * 1024 * 1024) /* rejected records looked through at a time */
#define RECORDS_ROWS 1000

/* A person on the way out: all who are the same, and which rejected records name them. */
typedef struct {
    const intake_t *self;
    const same_group_t *group;
    int64_t at; /* number of the last rejected record looked at */
    int64_t *hits;
    size_t hit_count, hit_cap;
    err_t *err;
    bool failed;
} erase_t;

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

/* Some value of the record is this number, however it was typed. */
static bool
has_value(const json_node_t *node, const char *identity)
{
    document_kind_t kind = DOCUMENT_KIND_COUNT;
    char got[DOCUMENT_IDENTITY_SIZE], name[32], scope[DOCUMENT_IDENTITY_SIZE];
    const char *text = json_text(node), *issuer = strchr(identity, ':') + 1;
    bool ret = false;

    for (const json_node_t *n = json_first(node); n != NULL && !ret; n = json_next(n))
        ret = has_value(n, identity);
    if (ret || text == NULL)
        return ret;
    document_kind_text(identity, name);
    (void) snprintf(scope, sizeof(scope), "%.*s", (int) strcspn(issuer, ":"), issuer);
    if (document_kind_of(name, &kind)) {
        ret = document_identity(kind, scope, text, strlen(text), got, NULL) && strcmp(got, identity) == 0;
    } else {
        char *slash = strchr(scope, '/');

        if (slash == NULL)
            return false; /* split off: has no number of its own */
        *slash = '\0';
        ret = document_own(scope, slash + 1, text, strlen(text), got, NULL) && strcmp(got, identity) == 0;
    }
    mem_wipe(got, sizeof(got));
    return ret;
}

/* A department's own number is looked for among its own records only. */
static bool
may_name(const intake_t *self, const char *dataset, const char *identity)
{
    const dataset_t *d = catalogue_find(self->catalogue, dataset);
    size_t n = d != NULL ? strlen(d->owner) : 0;

    return !str_starts(identity, "own:") || (d != NULL && strncmp(identity + 4, d->owner, n) == 0 && identity[4 + n] == '/');
}

/* A record holds a resident ID as it was sent, or, where it has escapes, after they are read. */
static bool
record_names(const erase_t *e, const char *dataset, const str_t *plain, const char *identity)
{
    AUTO(json) tree = NULL;
    str_t text = STR_INIT;
    bool ret;

    if (document_is_provisional(identity))
        return may_name(e->self, dataset, identity) && json_parse(plain->ptr, plain->len, &tree, NULL) && has_value(json_root(tree), identity);
    ret = names(str_slice(plain), identity);
    if (!ret && memchr(plain->ptr, '\\', plain->len) != NULL && json_parse(plain->ptr, plain->len, &tree, NULL)) {
        json_canonical(json_root(tree), &text);
        ret = names(str_slice(&text), identity);
        mem_wipe(text.ptr, text.len);
    }
    str_done(&text);
    return ret;
}

static bool
names_any(const erase_t *e, const char *dataset, const str_t *plain)
{
    for (size_t i = 0; i < e->group->count; i++)
        if (e->group->members[i].identity != NULL && record_names(e, dataset, plain, e->group->members[i].identity))
            return true;
    return false;
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
    if (!e->failed && plain.len > 0 && names_any(e, row->name.dataset, &plain)) {
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
    const same_group_t *g = e->group;
    AUTO_FREE uuid_t *persons = mem_new_array(uuid_t, g->count + 1);

    if (g->count == 0)
        return err_set(err, ERR_REJECT, "not_found", "no such person, or erased already");
    if (!find_records(tx, e, err) || !store_erase_records(tx, e->hits, e->hit_count, err))
        return false;
    for (size_t i = 0; i < g->count; i++) {
        persons[i] = g->members[i].person;
        if (!store_erase_person(tx, &persons[i], err))
            return false;
    }
    if (!store_links_forget(tx, persons, g->count, err))
        return false;
    /* Before the commit already: a person who is asked for in vain is looked for in the database. */
    for (size_t i = 0; i < g->count; i++) {
        uuid_t hash;

        if (g->members[i].identity == NULL)
            continue;
        vault_person_hash(e->self->vault, g->members[i].identity, &hash);
        person_cache_forget(e->self->cache, &hash);
    }
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

/* {"person","order","reason"}: forgets who a pseudonym is, with all who are the same.  What is sealed, the hashes that led to it and
 * rejected records with their document numbers go; the pseudonymous facts stay.  The same document later is a new person. */
bool
intake_on_erase(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_t *self = state;
    intake_audit_t audit = { .action = "erase", .req = req };
    AUTO_GROUP group = { .count = 0 };
    erase_t e = { .self = self, .group = &group };
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    audit.person = json_in_uuid(&in, "person");
    audit.order = json_in_text(&in, "order");
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !check_order(audit.order, err) || !intake_check_reason(audit.reason, err))
        return false;
    bool ok = same_group(tx, self->vault, svc_arena(svc), &audit.person, &group, err) && erase(tx, &e, err) &&
              intake_audit(svc, tx, &audit, err);
    mem_free(e.hits);
    if (!ok)
        return false;
    self->people_stale = true;
    json_out_object(out, NULL);
    json_out_uuid(out, "person", &audit.person);
    json_out_text(out, "order", audit.order);
    json_out_i64(out, "records", (int64_t) e.hit_count);
    if (group.count > 1)
        json_out_i64(out, "identities", (int64_t) group.count);
    json_out_end(out);
    return true;
}
