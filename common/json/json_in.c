/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_in.h"

#include "json/json_scan.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

json_kind_t
json_kind(const json_node_t *n)
{
    switch (n->type & 0xff) {
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const json_node_t *
json_get(const json_node_t *object, const char *key)
{
    if (object == NULL || (object->type & 0xff) != cJSON_Object)
        return NULL;
    for (const cJSON *m = object->child; m != NULL; m = m->next)
        if (m->string[0] == key[0] && strcmp(m->string, key) == 0) /* most differ at once: saves the call */
            return m;
    return NULL;
}

const json_node_t *
json_first(const json_node_t *container)
{
    return container == NULL ? NULL : container->child;
}

const json_node_t *
json_next(const json_node_t *n)
{
    return n->next;
}

size_t
json_count(const json_node_t *container)
{
    size_t n = 0;

    for (const json_node_t *item = json_first(container); item != NULL; item = item->next)
        n++;
    return n;
}

const char *
json_key(const json_node_t *n)
{
    return n->string;
}

const char *
json_text(const json_node_t *n)
{
    return n != NULL && (n->type & 0xff) == cJSON_String ? n->valuestring : NULL;
}

bool
json_is_true(const json_node_t *n)
{
    return n != NULL && (n->type & 0xff) == cJSON_True;
}

/* 2^53 itself is refused: cJSON's double cannot tell it from 2^53 + 1. */
bool
json_i64(const json_node_t *n, int64_t *ret)
{
    if (n == NULL || (n->type & 0xff) != cJSON_Number)
        return false;

    double v = n->valuedouble;
    if (!(v > -0x1p53 && v < 0x1p53) || trunc(v) != v)
        return false;
    *ret = (int64_t) v;
    return true;
}

bool
json_real(const json_node_t *n, double *ret)
{
    if (n == NULL || (n->type & 0xff) != cJSON_Number || !isfinite(n->valuedouble))
        return false;
    *ret = n->valuedouble;
    return true;
}

/* Is the member name whose opening quote is at `at` equal to the path's step? */
static bool
is_name(const char *at, const char *behind, const char *step, size_t len)
{
    size_t n = (size_t) (behind - at) - 2;

    if (memchr(at + 1, '\\', n) == NULL)
        return n == len && memcmp(at + 1, step, len) == 0;

    AUTO_STR plain = STR_INIT;
    json_scan_unescape(at + 1, behind - 1, &plain);
    return plain.len == len && memcmp(str_c(&plain), step, len) == 0;
}

static bool
find_member(const char **at_p, const char *end, const char *step, size_t len)
{
    const char *at = json_scan_blank(*at_p, end);

    if (at == end || *at != '{')
        return false;
    at = json_scan_blank(at + 1, end);
    while (*at != '}') {
        const char *name = at;
        at = json_scan_string(at, end);
        bool found = is_name(name, at, step, len);
        at = json_scan_blank(at, end) + 1; /* the colon */
        at = json_scan_blank(at, end);
        if (found) {
            *at_p = at;
            return true;
        }
        at = json_scan_blank(json_scan_value(at, end), end);
        if (*at == ',')
            at = json_scan_blank(at + 1, end);
    }
    return false;
}

bool
json_locate(const char *text, size_t n, const char *path, slice_t *ret)
{
    const char *at = text, *end = text + n;

    while (*path != '\0') {
        size_t len = strcspn(path, "/");
        if (!find_member(&at, end, path, len))
            return false;
        path += len + (path[len] == '/');
    }
    at = json_scan_blank(at, end);
    *ret = (slice_t){ at, (size_t) (json_scan_value(at, end) - at) };
    return true;
}

bool
json_each_item(slice_t array, json_item_fn fn, void *ctx, err_t *err)
{
    const char *end = array.ptr + array.len, *at = json_scan_blank(array.ptr, end);

    if (at == end || *at != '[')
        return err_set(err, ERR_REJECT, "bad_data", "expected an array");
    at = json_scan_blank(at + 1, end);
    for (size_t i = 0; *at != ']'; i++) {
        const char *behind = json_scan_value(at, end);
        if (!fn(ctx, i, (slice_t){ at, (size_t) (behind - at) }, err))
            return false;
        at = json_scan_blank(behind, end);
        if (*at == ',')
            at = json_scan_blank(at + 1, end);
    }
    return true;
}
