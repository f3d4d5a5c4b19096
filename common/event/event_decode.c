/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "json/json_out.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 256 /* bytes of id, source, subject …: they become keys in PostgreSQL */
#define SEQUENCE_DIGITS 20

static bool
fail(err_t *err, const char *member, const char *what)
{
    (void) err_set(err, ERR_REJECT, "bad_envelope", "envelope: %s %s", member, what);
    if (err != NULL)
        (void) snprintf(err->pointer, sizeof(err->pointer), "/%s", member);
    return false;
}

/* One attribute of the envelope: a non-empty bounded string.  Absent optional ones leave NULL. */
static bool
attribute(const json_node_t *root, const char *name, bool required, const char **ret, err_t *err)
{
    const json_node_t *n = json_get(root, name);
    const char *s = json_text(n);

    if (n == NULL || (!required && json_kind(n) == JSON_NULL))
        return !required || fail(err, name, "is missing");
    if (s == NULL || s[0] == '\0')
        return fail(err, name, "must be a non-empty string");
    if (strlen(s) > TEXT_MAX)
        return fail(err, name, "is longer than 256 bytes");
    *ret = s;
    return true;
}

static bool
constant(const json_node_t *root, const char *name, const char *value, err_t *err)
{
    const char *s = NULL;

    if (!attribute(root, name, true, &s, err))
        return false;
    if (strcmp(s, value) == 0)
        return true;
    char what[64];
    (void) snprintf(what, sizeof(what), "must be \"%s\"", value);
    return fail(err, name, what);
}

static bool
decode_time(const json_node_t *root, int64_t *ret, err_t *err)
{
    const char *s = NULL;

    if (!attribute(root, "time", true, &s, err))
        return false;
    return time_parse(s, strlen(s), ret) || fail(err, "time", "must be an RFC 3339 time with zone");
}

static bool
decode_sequence(const json_node_t *root, uint64_t *ret, err_t *err)
{
    const char *s = NULL;

    if (!attribute(root, "sequence", false, &s, err))
        return false;
    if (s == NULL)
        return true;
    if (strlen(s) != SEQUENCE_DIGITS || !num_u64(s, SEQUENCE_DIGITS, ret) || *ret == 0)
        return fail(err, "sequence", "must be 20 digits and not zero");
    return true;
}

static bool
decode(event_t *self, err_t *err)
{
    const json_node_t *root = json_root(self->tree);

    if (json_kind(root) != JSON_OBJECT)
        return err_set(err, ERR_REJECT, "bad_envelope", "envelope: must be a JSON object");
    if (!constant(root, "specversion", "1.0", err) || !attribute(root, "id", true, &self->id, err) ||
        !attribute(root, "source", true, &self->source, err) || !attribute(root, "type", true, &self->type, err) ||
        !decode_time(root, &self->time_us, err) || !constant(root, "datacontenttype", "application/json", err) ||
        !attribute(root, "subject", false, &self->subject, err) ||
        !attribute(root, "correlationid", false, &self->correlationid, err) ||
        !attribute(root, "causationid", false, &self->causationid, err) ||
        !attribute(root, "actor", false, &self->actor, err) || !decode_sequence(root, &self->sequence, err))
        return false;
    self->data = json_get(root, "data");
    self->has_data = self->data != NULL;
    return self->data != NULL || self->sequence != 0 || fail(err, "data", "is missing");
}

bool
event_decode(const char *frame, size_t n, event_t **ret, err_t *err)
{
    AUTO(event) self = NULL;

    if (n > EVENT_FRAME_MAX)
        return err_set(err, ERR_REJECT, "too_large", "the frame has %zu bytes, at most %u are taken", n,
                       EVENT_FRAME_MAX);
    self = mem_new(event_t);
    if (!json_parse(frame, n, &self->tree, err) || !decode(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

/* The members that make up the envelope, and the most bytes that one may have as text: 256 characters, all escaped. */
static const char *const head_members[] = { "specversion",   "id",          "source", "type",    "time", "datacontenttype", "subject",
                                            "correlationid", "causationid", "actor",  "sequence" };
#define HEAD_TEXT_MAX (TEXT_MAX * 6 + 2)

typedef struct {
    json_out_t out; /* the envelope alone */
    slice_t data;
} head_t;

static bool
on_member(void *ctx, slice_t name, slice_t value, err_t *err)
{
    head_t *head = ctx;

    if (slice_eq_str(name, "data")) {
        head->data = value;
        json_out_null(&head->out, "data");
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(head_members); i++) {
        if (!slice_eq_str(name, head_members[i]))
            continue;
        if (value.len > HEAD_TEXT_MAX)
            return fail(err, head_members[i], "is longer than 256 bytes");
        json_out_raw(&head->out, head_members[i], value.ptr, value.len);
    }
    return true;
}

bool
event_decode_head(const char *frame, size_t n, event_t **ret, slice_t *ret_data, err_t *err)
{
    AUTO(event) self = NULL;
    AUTO_STR text = STR_INIT;
    head_t head = { .data = { NULL, 0 } };
    const char *first;

    if (n > EVENT_FRAME_MAX)
        return err_set(err, ERR_REJECT, "too_large", "the frame has %zu bytes, at most %u are taken", n,
                       EVENT_FRAME_MAX);
    if (!json_check(frame, n, err))
        return false;
    for (first = frame; strchr(" \t\r\n", *first) != NULL;)
        first++;
    if (*first != '{')
        return err_set(err, ERR_REJECT, "bad_envelope", "envelope: must be a JSON object");
    json_out_init(&head.out, &text);
    json_out_object(&head.out, NULL);
    if (!json_each_member((slice_t){ frame, n }, on_member, &head, err))
        return false;
    json_out_end(&head.out);
    self = mem_new(event_t);
    if (!json_parse(text.ptr, text.len, &self->tree, err) || !decode(self, err))
        return false;
    self->data = NULL;
    *ret_data = head.data;
    *ret = TAKE(self);
    return true;
}

void
event_destroy(event_t **self_p)
{
    event_t *self = *self_p;

    if (self == NULL)
        return;
    json_destroy(&self->tree);
    mem_free(self);
    *self_p = NULL;
}

uuid_t
event_uuid(const event_t *self)
{
    char text[512];
    uuid_t id;

    if (uuid_parse(self->id, strlen(self->id), &id))
        return id;
    (void) snprintf(text, sizeof(text), "%s#%s", self->source, self->id);
    uuid_derive("event", text, &id);
    return id;
}
