/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "identity_in.h"
#include "intake_audit.h"
#include "intake_merge.h"
#include "intake_store.h"

#include <stdio.h>
#include <string.h>

bool
merge_refuse(err_t *err, const char *code, const char *pointer, const char *message)
{
    (void) err_set(err, ERR_REJECT, code, "%s", message);
    (void) snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
    return false;
}

bool
merge_read_person(const intake_t *self, db_tx_t *tx, const json_node_t *data, const char *name, bool may_make, same_t *same, uuid_t *ret,
                  err_t *err)
{
    char member[32], identity[DOCUMENT_IDENTITY_SIZE];
    const json_node_t *document;
    json_in_t in;
    bool ok;

    (void) snprintf(member, sizeof(member), "%s_document", name);
    document = json_get(data, member);
    if (document == NULL) {
        json_in_init(&in, data, "", err);
        *ret = json_in_uuid(&in, name);
        return json_in_ok(&in);
    }
    (void) snprintf(member, sizeof(member), "/%s_document", name);
    if (json_kind(document) != JSON_OBJECT || json_get(data, name) != NULL)
        return merge_refuse(err, "bad_data", member, "either the pseudonym, or an object that tells the document");
    if (!identity_in(document, member, identity, err))
        return false;
    ok = person_find(tx, self->vault, identity, ret, err);
    if (ok && uuid_is_nil(ret)) {
        if (!may_make) {
            ok = merge_refuse(err, "not_found", member, "no department has sent a record about this person");
        } else {
            ok = person_make(tx, self->vault, identity, NULL, ret, err) &&
                 (!document_is_provisional(identity) || same_announce(same, ret, err));
        }
    }
    mem_wipe(identity, sizeof(identity));
    return ok;
}

static bool
is_member(const same_group_t *g, const uuid_t *person)
{
    for (size_t i = 0; i < g->count; i++)
        if (uuid_eq(&g->members[i].person, person))
            return true;
    return false;
}

static bool
known(const same_group_t *g, const char *pointer, err_t *err)
{
    return g->count > 0 || merge_refuse(err, "not_found", pointer, "no such person, or erased already");
}

/* What a person says counts for itself: when the department's record that said the same is taken back, they stay one. */
static bool
state(same_t *same, const uuid_t *from, const uuid_t *into, err_t *err)
{
    const same_link_t link = { *from, *into };
    const uuid_t none = { { 0 } };
    store_between_t between;

    return store_links_between(same->tx, from, into, &between, err) &&
           store_links_delete(same->tx, between.cancelled, between.cancelled_count, err) &&
           (between.by_command || store_links_add(same->tx, NULL, &none, &link, 1, err));
}

/* Links towards the head of who are one already, so that the head stays. */
static bool
merge(same_t *same, const uuid_t *from, const uuid_t *into, bool *ret_already, uuid_t *ret_head, err_t *err)
{
    AUTO_GROUP a = { .count = 0 };
    AUTO_GROUP b = { .count = 0 };
    const uuid_t both[] = { *from, *into };

    if (uuid_eq(from, into))
        return merge_refuse(err, "bad_data", "/into", "from and into are the same person");
    if (!same_group(same->tx, same->vault, same->arena, from, &a, err) || !same_group(same->tx, same->vault, same->arena, into, &b, err) ||
        !known(&a, "/from", err) || !known(&b, "/into", err))
        return false;
    *ret_already = is_member(&a, into);
    *ret_head = b.head;
    if (*ret_already)
        return uuid_eq(from, &a.head) ? state(same, into, from, err) : state(same, from, uuid_eq(into, &a.head) ? into : &a.head, err);
    if (!state(same, from, into, err) || !same_refresh(same, both, 2, err))
        return false;
    same_group_done(&b);
    if (!same_group(same->tx, same->vault, same->arena, into, &b, err))
        return false;
    *ret_head = b.head;
    return true;
}

/* {"from"|"from_document","into"|"into_document","reason"}: the two are one person, whom `into` tells better. */
bool
intake_on_merge(svc_t *svc, void *state_, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_t *self = state_;
    same_t same = intake_same(svc, self, tx, req->event->id);
    intake_audit_t audit = { .action = "merge", .req = req };
    uuid_t from, into, head;
    bool already = false;
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    audit.reason = json_in_text(&in, "reason");
    if (!json_in_ok(&in) || !intake_check_reason(audit.reason, err) ||
        !merge_read_person(self, tx, req->data, "from", false, &same, &from, err) ||
        !merge_read_person(self, tx, req->data, "into", true, &same, &into, err) || !merge(&same, &from, &into, &already, &head, err))
        return false;
    audit.person = into;
    audit.other = from;
    if (!intake_audit(svc, tx, &audit, err))
        return false;
    self->people_stale = true;
    json_out_object(out, NULL);
    json_out_uuid(out, "from", &from);
    json_out_uuid(out, "into", &into);
    json_out_uuid(out, "person", &head);
    json_out_bool(out, "already", already);
    if (same.seq_last > 0)
        json_out_i64(out, "seq", (int64_t) same.seq_last);
    else
        json_out_null(out, "seq");
    json_out_end(out);
    return true;
}
