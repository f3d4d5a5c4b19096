/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_in.h"

#include <stdio.h>
#include <string.h>

static void
fail(json_in_t *self, const char *key, const char *what)
{
    if (self->failed)
        return;
    self->failed = true;
    if (self->err == NULL)
        return;
    (void) err_set(self->err, ERR_REJECT, "bad_data", "%s%s%s: %s", self->prefix, key == NULL ? "" : "/",
                   key == NULL ? "" : key, what);
    (void) snprintf(self->err->pointer, sizeof(self->err->pointer), "%s%s%s", self->prefix, key == NULL ? "" : "/",
                    key == NULL ? "" : key);
}

void
json_in_init(json_in_t *self, const json_node_t *object, const char *prefix, err_t *err)
{
    *self = (json_in_t){ .object = object, .err = err };
    (void) str_copy(self->prefix, sizeof(self->prefix), prefix == NULL ? "" : prefix);
    if (object == NULL || json_kind(object) != JSON_OBJECT)
        fail(self, NULL, "must be an object");
}

/* The member, or NULL when it is absent or null, or after a failure. */
static const json_node_t *
optional(const json_in_t *self, const char *key)
{
    const json_node_t *n = self->failed ? NULL : json_get(self->object, key);

    return n != NULL && json_kind(n) == JSON_NULL ? NULL : n;
}

static const json_node_t *
required(json_in_t *self, const char *key)
{
    const json_node_t *n = self->failed ? NULL : json_get(self->object, key);

    if (n == NULL)
        fail(self, key, "is missing");
    return n;
}

static const char *
text_of(json_in_t *self, const char *key, const json_node_t *n, const char *def)
{
    const char *s = json_text(n);

    if (s != NULL)
        return s;
    fail(self, key, "must be a string");
    return def;
}

const char *
json_in_text(json_in_t *self, const char *key)
{
    const json_node_t *n = required(self, key);

    return n == NULL ? "" : text_of(self, key, n, "");
}

const char *
json_in_text_or(json_in_t *self, const char *key, const char *def)
{
    const json_node_t *n = optional(self, key);

    return n == NULL ? def : text_of(self, key, n, def);
}

static int64_t
i64_of(json_in_t *self, const char *key, const json_node_t *n, int64_t min, int64_t max)
{
    char what[96];
    int64_t v;

    if (json_i64(n, &v) && v >= min && v <= max)
        return v;
    (void) snprintf(what, sizeof(what), "must be an integer from %lld to %lld", (long long) min, (long long) max);
    fail(self, key, what);
    return min;
}

int64_t
json_in_i64(json_in_t *self, const char *key, int64_t min, int64_t max)
{
    const json_node_t *n = required(self, key);

    return n == NULL ? min : i64_of(self, key, n, min, max);
}

int64_t
json_in_i64_or(json_in_t *self, const char *key, int64_t min, int64_t max, int64_t def)
{
    const json_node_t *n = optional(self, key);

    return n == NULL ? def : i64_of(self, key, n, min, max);
}

bool
json_in_bool_or(json_in_t *self, const char *key, bool def)
{
    const json_node_t *n = optional(self, key);

    if (n == NULL)
        return def;
    if (json_kind(n) != JSON_BOOL) {
        fail(self, key, "must be true or false");
        return def;
    }
    return json_is_true(n);
}

static bool
uuid_of(json_in_t *self, const char *key, const json_node_t *n, uuid_t *ret)
{
    const char *s = json_text(n);

    if (s != NULL && uuid_parse(s, strlen(s), ret))
        return true;
    fail(self, key, "must be a UUID");
    return false;
}

uuid_t
json_in_uuid(json_in_t *self, const char *key)
{
    uuid_t u = { { 0 } };
    const json_node_t *n = required(self, key);

    if (n != NULL)
        (void) uuid_of(self, key, n, &u);
    return u;
}

bool
json_in_uuid_or_nil(json_in_t *self, const char *key, uuid_t *ret)
{
    const json_node_t *n = optional(self, key);

    *ret = (uuid_t){ { 0 } };
    return n != NULL && uuid_of(self, key, n, ret);
}

static const json_node_t *
container(json_in_t *self, const char *key, json_kind_t kind, const char *what)
{
    const json_node_t *n = required(self, key);

    if (n != NULL && json_kind(n) != kind) {
        fail(self, key, what);
        return NULL;
    }
    return n;
}

const json_node_t *
json_in_array(json_in_t *self, const char *key)
{
    return container(self, key, JSON_ARRAY, "must be an array");
}

const json_node_t *
json_in_object(json_in_t *self, const char *key)
{
    return container(self, key, JSON_OBJECT, "must be an object");
}

const json_node_t *
json_in_any(json_in_t *self, const char *key)
{
    return required(self, key);
}

bool
json_in_ok(const json_in_t *self)
{
    return !self->failed;
}
