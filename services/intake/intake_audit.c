/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_audit.h"

#include <stdio.h>
#include <string.h>

#define REASON_MIN 4
#define REASON_MAX 400

bool
intake_check_reason(const char *reason, err_t *err)
{
    size_t run = 0, n = strlen(reason);

    for (const char *p = reason; *p != '\0' && run < 15; p++)
        run = *p >= '0' && *p <= '9' ? run + 1 : 0;
    if (n >= REASON_MIN && n <= REASON_MAX && run < 15)
        return true;
    (void) err_set(err, ERR_REJECT, "bad_data",
                   run >= 15 ? "reason holds what looks like a document number; say why without it"
                             : "reason is missing or too short: say why, in 4 to 400 bytes");
    (void) snprintf(err->pointer, sizeof(err->pointer), "/reason");
    return false;
}

bool
intake_audit(svc_t *svc, db_tx_t *tx, const intake_audit_t *a, err_t *err)
{
    AUTO_STR data = STR_INIT, topic = STR_INIT;
    char subject[UUID_TEXT_SIZE];
    stream_draft_t draft;
    uint64_t seq;
    json_out_t out;

    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "action", a->action);
    json_out_text(&out, "actor", a->req->actor);
    json_out_text(&out, "key", a->req->key->name);
    json_out_text(&out, "reason", a->reason);
    if (uuid_is_nil(&a->person))
        json_out_null(&out, "person");
    else
        json_out_uuid(&out, "person", &a->person);
    if (!uuid_is_nil(&a->other))
        json_out_uuid(&out, "other", &a->other);
    if (a->order != NULL)
        json_out_text(&out, "order", a->order);
    if (!uuid_is_nil(&a->grant))
        json_out_uuid(&out, "grant", &a->grant);
    if (a->fields != NULL) {
        json_out_array(&out, "fields");
        for (const json_node_t *n = json_first(a->fields); n != NULL; n = json_next(n))
            json_out_text(&out, NULL, json_text(n));
        json_out_end(&out);
    }
    json_out_end(&out);
    str_printf(&topic, "audit/intake/%s", a->action);
    uuid_format(&a->person, subject);
    draft = (stream_draft_t){ .type = "plimsoll.audit.v1",
                              .topic = str_c(&topic),
                              .subject = uuid_is_nil(&a->person) ? NULL : subject,
                              .actor = a->req->actor,
                              .data = str_slice(&data) };
    (void) !uuid_parse(a->req->event->id, strlen(a->req->event->id), &draft.causation);
    return stream_append(svc_stream(svc, "audit"), tx, &draft, &seq, err) || err_add(err, "audit");
}
