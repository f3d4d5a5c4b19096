/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "base/time.h"
#include "domain/resident_id.h"
#include "intake_audit.h"
#include "intake_store.h"

#include <stdio.h>
#include <string.h>

/* The audit entry is committed before anything is answered, also when nobody was found. */
static bool
find_person(svc_t *svc, const vault_t *vault, const char *document, intake_audit_t *audit, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "begin");
    if (!person_find(tx, vault, document, &audit->person, err) || !intake_audit(svc, tx, audit, err))
        return false;
    return svc_tx_commit(svc, &tx, err) || err_add(err, "commit");
}

/* {"document","reason"} → {"person"} */
bool
intake_on_find(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const intake_t *self = state;
    intake_audit_t audit = { .action = "find", .req = req };
    const char *document;
    resident_id_t id;
    json_in_t in;

    (void) tx;
    json_in_init(&in, req->data, "", err);
    document = json_in_text(&in, "document");
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !intake_check_reason(audit.reason, err))
        return false;
    if (!resident_id_parse(document, strlen(document), &id, err)) {
        (void) snprintf(err->pointer, sizeof(err->pointer), "/document");
        return false;
    }
    bool ok = find_person(svc, self->vault, id.text, &audit, err);
    mem_wipe(&id, sizeof(id));
    if (!ok)
        return false;
    if (uuid_is_nil(&audit.person))
        return err_set(err, ERR_REJECT, "not_found", "no department has sent a record about this person");
    json_out_object(out, NULL);
    json_out_uuid(out, "person", &audit.person);
    json_out_end(out);
    return true;
}

typedef struct {
    const vault_t *vault;
    const uuid_t *person;
    str_t plain;
    bool found;
} open_t;

static bool
on_vault(void *ctx, size_t i, slice_t sealed, int version, err_t *err)
{
    open_t *o = ctx;

    (void) i;
    o->found = true;
    return person_unseal(o->vault, o->person, version, sealed, &o->plain, err);
}

static bool
check_fields(const json_node_t *fields, err_t *err)
{
    bool ok = json_count(fields) > 0;

    for (const json_node_t *n = json_first(fields); n != NULL && ok; n = json_next(n))
        ok = json_text(n) != NULL && str_in(json_text(n), grant_fields, GRANT_FIELDS);
    if (ok)
        return true;
    (void) err_set(err, ERR_REJECT, "bad_data", "fields is a list out of name, document, phone, address");
    (void) snprintf(err->pointer, sizeof(err->pointer), "/fields");
    return false;
}

static bool
open_person(svc_t *svc, intake_audit_t *audit, open_t *o, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "begin");
    if (!store_find_vault(tx, &audit->person, 1, on_vault, o, err))
        return false;
    if (!o->found)
        return err_set(err, ERR_REJECT, "not_found", "no such person");
    if (!intake_audit(svc, tx, audit, err))
        return false;
    return svc_tx_commit(svc, &tx, err) || err_add(err, "commit");
}

static bool
write_fields(const str_t *plain, const json_node_t *fields, const uuid_t *person, json_out_t *out, err_t *err)
{
    AUTO(json) tree = NULL;

    if (!json_parse(plain->ptr, plain->len, &tree, err))
        return err_add(err, "sealed value");
    json_out_object(out, NULL);
    json_out_uuid(out, "person", person);
    for (size_t i = 0; i < GRANT_FIELDS; i++)
        for (const json_node_t *n = json_first(fields); n != NULL; n = json_next(n))
            if (strcmp(json_text(n), grant_fields[i]) == 0) {
                json_out_text(out, grant_fields[i], json_text(json_get(json_root(tree), grant_fields[i])));
                break;
            }
    json_out_end(out);
    return true;
}

/* What allows this: a grant where one is shown (which then must be good), else the right, where it suffices. */
static bool
check_allowed(const intake_t *self, const svc_request_t *req, intake_audit_t *audit, err_t *err)
{
    const json_node_t *shown = json_get(req->data, "grant");
    bool fields[GRANT_FIELDS] = { false }, right = bus_key_list_has(req->key->commands, "intake.reveal");
    grant_t grant;

    if (shown == NULL || json_kind(shown) == JSON_NULL) {
        if (right && !self->config->reveal_needs_grant)
            return true;
        return err_set(err, ERR_REJECT, "forbidden",
                       right ? "here the key %s needs a grant for this person, too" : "the key %s may not use intake.reveal, and shows no grant for this person",
                       req->key->name);
    }
    if (!self->has_grants) {
        (void) snprintf(err->pointer, sizeof(err->pointer), "/grant");
        return err_set(err, ERR_REJECT, "forbidden", "no grants are given in this installation");
    }
    if (!grant_read(shown, "/grant", &grant, err))
        return false;
    for (const json_node_t *n = json_first(audit->fields); n != NULL; n = json_next(n))
        fields[grant_field(json_text(n), strlen(json_text(n)))] = true; /* check_fields has seen them */
    audit->grant = grant.id;
    return grant_check(&grant, self->grant_key, req->key->name, &audit->person, fields, intake_today(self), err);
}

/* {"person","fields","reason","grant"?} → the fields. */
bool
intake_on_reveal(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const intake_t *self = state;
    intake_audit_t audit = { .action = "reveal", .req = req };
    open_t o = { .vault = self->vault, .person = &audit.person, .plain = STR_INIT };
    json_in_t in;
    bool ok;

    (void) tx;
    /* Who may not at all hears no more than that. */
    if (!bus_key_list_has(req->key->commands, "intake.reveal") && json_get(req->data, "grant") == NULL)
        return check_allowed(self, req, &audit, err);
    json_in_init(&in, req->data, "", err);
    audit.person = json_in_uuid(&in, "person");
    audit.fields = json_in_array(&in, "fields");
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !intake_check_reason(audit.reason, err) || !check_fields(audit.fields, err) ||
        !check_allowed(self, req, &audit, err))
        return false;
    ok = open_person(svc, &audit, &o, err) && write_fields(&o.plain, audit.fields, &audit.person, out, err);
    if (o.plain.ptr != NULL)
        mem_wipe(o.plain.ptr, o.plain.len);
    str_done(&o.plain);
    return ok;
}
