/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "base/time.h"
#include "identity_in.h"
#include "intake_audit.h"
#include "intake_store.h"

#include <stdio.h>
#include <string.h>

/* The audit entry is committed before anything is answered, also when nobody was found. */
static bool
find_person(svc_t *svc, const vault_t *vault, const char *identity, intake_audit_t *audit, same_group_t *group, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "begin");
    if (!person_find(tx, vault, identity, &audit->person, err))
        return false;
    if (!uuid_is_nil(&audit->person)) {
        if (!same_group(tx, vault, svc_arena(svc), &audit->person, group, err))
            return false;
        audit->person = group->head;
    }
    if (!intake_audit(svc, tx, audit, err))
        return false;
    return svc_tx_commit(svc, &tx, err) || err_add(err, "commit");
}

/* {"document","type"?,…,"reason"} → {"person"}: who stands for all who are the same. */
bool
intake_on_find(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const intake_t *self = state;
    intake_audit_t audit = { .action = "find", .req = req };
    AUTO_GROUP group = { .count = 0 };
    char identity[DOCUMENT_IDENTITY_SIZE];
    json_in_t in;

    (void) tx;
    json_in_init(&in, req->data, "", err);
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !intake_check_reason(audit.reason, err) || !identity_in(req->data, "", identity, err))
        return false;
    bool ok = find_person(svc, self->vault, identity, &audit, &group, err);
    mem_wipe(identity, sizeof(identity));
    if (!ok)
        return false;
    if (uuid_is_nil(&audit.person))
        return err_set(err, ERR_REJECT, "not_found", "no department has sent a record about this person");
    json_out_object(out, NULL);
    json_out_uuid(out, "person", &audit.person);
    if (group.members[0].provisional)
        json_out_bool(out, "provisional", true);
    if (group.count > 1) {
        json_out_array(out, "also");
        for (size_t i = 1; i < group.count; i++)
            json_out_uuid(out, NULL, &group.members[i].person);
        json_out_end(out);
    }
    json_out_end(out);
    return true;
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
write_fields(const same_group_t *group, const json_node_t *fields, const uuid_t *person, json_out_t *out)
{
    const char *identity = group->members[0].key_identity;
    char kind[32];

    json_out_object(out, NULL);
    json_out_uuid(out, "person", person);
    for (size_t i = 0; i < GRANT_FIELDS; i++)
        for (const json_node_t *n = json_first(fields); n != NULL; n = json_next(n)) {
            if (strcmp(json_text(n), grant_fields[i]) != 0)
                continue;
            if (strcmp(grant_fields[i], "document") != 0 || identity == NULL) {
                json_out_text(out, grant_fields[i], same_group_field(group, grant_fields[i]));
            } else {
                json_out_text(out, "document", document_number(identity));
                if (document_is_provisional(identity)) {
                    document_kind_text(identity, kind);
                    json_out_text(out, "document_type", kind);
                }
            }
            break;
        }
    json_out_end(out);
    return true;
}

/* A grant for somebody holds for all who are the same, whichever of them it names. */
static const uuid_t *
granted(const grant_t *grant, const uuid_t *asked, const same_group_t *group)
{
    for (size_t i = 0; i < group->count; i++)
        for (size_t p = 0; p < grant->person_count; p++)
            if (uuid_eq(&grant->persons[p], &group->members[i].person))
                return &group->members[i].person;
    return asked;
}

/* What allows this: a grant where one is shown (which then must be good), else the right, where it suffices. */
static bool
check_allowed(const intake_t *self, const svc_request_t *req, intake_audit_t *audit, const same_group_t *group, err_t *err)
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
    return grant_check(&grant, self->grant_key, req->key->name, granted(&grant, &audit->person, group), fields, intake_today(self), err);
}

/* The audit entry is committed before anything is shown. */
static bool
open_person(svc_t *svc, const intake_t *self, const svc_request_t *req, intake_audit_t *audit, same_group_t *group, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!svc_tx_begin(svc, &tx, err))
        return err_add(err, "begin");
    if (!same_group(tx, self->vault, svc_arena(svc), &audit->person, group, err) || !check_allowed(self, req, audit, group, err))
        return false;
    if (group->count == 0)
        return err_set(err, ERR_REJECT, "not_found", "no such person");
    if (!intake_audit(svc, tx, audit, err))
        return false;
    return svc_tx_commit(svc, &tx, err) || err_add(err, "commit");
}

/* {"person","fields","reason","grant"?} → the fields. */
bool
intake_on_reveal(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const intake_t *self = state;
    intake_audit_t audit = { .action = "reveal", .req = req };
    AUTO_GROUP group = { .count = 0 };
    json_in_t in;

    (void) tx;
    /* Who may not at all hears no more than that. */
    if (!bus_key_list_has(req->key->commands, "intake.reveal") && json_get(req->data, "grant") == NULL)
        return check_allowed(self, req, &audit, &group, err);
    json_in_init(&in, req->data, "", err);
    audit.person = json_in_uuid(&in, "person");
    audit.fields = json_in_array(&in, "fields");
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !intake_check_reason(audit.reason, err) || !check_fields(audit.fields, err))
        return false;
    return open_person(svc, self, req, &audit, &group, err) && write_fields(&group, audit.fields, &audit.person, out);
}
