/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_in.h"

#include "base/mem.h"
#include "json/json_write.h"

#include <stdlib.h>
#include <string.h>

#define FEW 24 /* members that are sorted by insertion, without allocating: most records have fewer */

static int
cmp_key(const void *x, const void *y)
{
    const json_node_t *const *a = x, *const *b = y;

    return strcmp(json_key(*a), json_key(*b));
}

/* The first bytes of a name as a number that orders like them: most names differ there. */
static uint64_t
head_of(const char *name)
{
    uint64_t head = 0;

    for (unsigned i = 0; i < 8; i++)
        head = head << 8 | (*name == '\0' ? 0u : (unsigned char) *name++);
    return head;
}

static void
sort_few(const json_node_t **members, size_t count)
{
    uint64_t heads[FEW];

    for (size_t i = 0; i < count; i++) {
        const json_node_t *m = members[i];
        uint64_t head = head_of(json_key(m));
        size_t at = i;

        for (; at > 0 && (heads[at - 1] > head || (heads[at - 1] == head && cmp_key(&members[at - 1], &m) > 0)); at--) {
            members[at] = members[at - 1];
            heads[at] = heads[at - 1];
        }
        members[at] = m;
        heads[at] = head;
    }
}

static void
write_members(const json_node_t *n, const json_node_t **members, size_t count, str_t *ret)
{
    size_t i = 0;

    for (const json_node_t *m = json_first(n); m != NULL; m = json_next(m))
        members[i++] = m;
    if (count <= FEW)
        sort_few(members, count);
    else
        qsort(members, count, sizeof(const json_node_t *), cmp_key);

    str_add_char(ret, '{');
    for (i = 0; i < count; i++) {
        if (i > 0)
            str_add_char(ret, ',');
        json_write_utf8(ret, json_key(members[i]), strlen(json_key(members[i])));
        str_add_char(ret, ':');
        json_canonical(members[i], ret);
    }
    str_add_char(ret, '}');
}

static void
write_object(const json_node_t *n, str_t *ret)
{
    size_t count = json_count(n);
    const json_node_t *few[FEW];
    AUTO_FREE const json_node_t **many = count > FEW ? mem_new_array(const json_node_t *, count) : NULL;

    write_members(n, count > FEW ? many : few, count, ret);
}

static void
write_array(const json_node_t *n, str_t *ret)
{
    str_add_char(ret, '[');
    for (const json_node_t *item = json_first(n); item != NULL; item = json_next(item)) {
        if (item != json_first(n))
            str_add_char(ret, ',');
        json_canonical(item, ret);
    }
    str_add_char(ret, ']');
}

/* Recursion is bounded by the depth that json_check allows. */
void
json_canonical(const json_node_t *n, str_t *ret)
{
    double v;

    switch (json_kind(n)) {
    case JSON_NULL:
        str_add(ret, "null");
        break;
    case JSON_BOOL:
        str_add(ret, json_is_true(n) ? "true" : "false");
        break;
    case JSON_NUMBER:
        REQUIRE(json_real(n, &v));
        json_write_real(ret, v);
        break;
    case JSON_STRING:
        json_write_utf8(ret, json_text(n), strlen(json_text(n))); /* a tree holds nothing else */
        break;
    case JSON_ARRAY:
        write_array(n, ret);
        break;
    case JSON_OBJECT:
        write_object(n, ret);
        break;
    }
}
