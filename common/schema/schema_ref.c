/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema_compile.h"

#include "base/num.h"

#include <string.h>

/* %22 → "; a broken escape stays as it is and then finds nothing. */
static void
percent_decode(const char *s, str_t *ret)
{
    for (; *s != '\0'; s++) {
        unsigned char c;
        if (*s == '%' && s[1] != '\0' && s[2] != '\0' && str_unhex(s + 1, 2, &c, 1)) {
            str_add_char(ret, (char) c);
            s += 2;
        } else {
            str_add_char(ret, *s);
        }
    }
    str_add_n(ret, "", 0);
}

static const json_node_t *
item_at(const json_node_t *array, const char *step)
{
    uint64_t index;
    const json_node_t *n = json_first(array);

    if (!num_u64(step, strlen(step), &index))
        return NULL;
    while (n != NULL && index-- > 0)
        n = json_next(n);
    return n;
}

/* One step of a JSON Pointer, ~0 and ~1 resolved. */
static const json_node_t *
step_into(const json_node_t *n, const char *step, size_t len)
{
    AUTO_STR name = STR_INIT;

    str_add_n(&name, "", 0);
    for (size_t i = 0; i < len; i++) {
        if (step[i] == '~' && i + 1 < len && (step[i + 1] == '0' || step[i + 1] == '1'))
            str_add_char(&name, step[++i] == '0' ? '~' : '/');
        else
            str_add_char(&name, step[i]);
    }
    return json_kind(n) == JSON_ARRAY ? item_at(n, name.ptr) : json_get(n, name.ptr);
}

static const json_node_t *
follow(const json_node_t *root, const char *pointer)
{
    const json_node_t *n = root;

    while (n != NULL && *pointer == '/') {
        size_t len = strcspn(pointer + 1, "/");
        n = step_into(n, pointer + 1, len);
        pointer += 1 + len;
    }
    return *pointer == '\0' ? n : NULL;
}

static const anchor_t *
anchor_of(const compile_t *c, const char *name)
{
    for (size_t i = 0; i < c->anchor_count; i++)
        if (strcmp(c->anchors[i].name, name) == 0)
            return &c->anchors[i];
    return NULL;
}

/* Only inside this document: "#…", or the root's own $id before it. */
static bool
resolve(compile_t *c, const pending_ref_t *ref, uint32_t *ret_sub)
{
    AUTO_STR fragment = STR_INIT;
    size_t base = strcspn(ref->target, "#");

    c->sub = ref->sub;
    if (base > 0 && (c->id == NULL || strlen(c->id) != base || memcmp(c->id, ref->target, base) != 0))
        return schema_fail(c, "$ref", "leads out of this document, which is not implemented");
    percent_decode(ref->target[base] == '#' ? ref->target + base + 1 : "", &fragment);

    if (fragment.len > 0 && fragment.ptr[0] != '/') {
        const anchor_t *a = anchor_of(c, fragment.ptr);
        if (a == NULL)
            return schema_fail(c, "$ref", "there is no such $anchor");
        *ret_sub = a->sub;
        return true;
    }
    const json_node_t *node = follow(json_root(c->out->tree), fragment.ptr);
    if (node == NULL)
        return schema_fail(c, "$ref", "leads to nothing");
    *ret_sub = schema_sub_at(c, node, arena_strndup(c->out->arena, fragment.ptr, fragment.len));
    return true;
}

bool
schema_resolve(compile_t *c)
{
    for (size_t i = 0; i < c->ref_count; i++) {
        uint32_t sub = SUB_NONE;
        if (!resolve(c, &c->refs[i], &sub))
            return false;
        c->out->ops[c->refs[i].op].v.subs[0] = sub;
    }
    c->ref_count = 0;
    return true;
}

typedef enum { UNSEEN, OPEN, DONE } mark_t;

static bool visit(compile_t *c, uint32_t sub, mark_t *marks);

static bool
visit_all(compile_t *c, const uint32_t *subs, size_t n, mark_t *marks)
{
    for (size_t i = 0; i < n; i++)
        if (subs[i] != SUB_NONE && !visit(c, subs[i], marks))
            return false;
    return true;
}

/* Follows only what looks at the same instance again. */
static bool
visit_op(compile_t *c, const op_t *op, mark_t *marks)
{
    switch (op->kind) {
    case OP_REF:
    case OP_ALL_OF:
    case OP_ANY_OF:
    case OP_ONE_OF:
    case OP_NOT:
    case OP_IF:
        return visit_all(c, op->v.subs, op->count, marks);
    case OP_DEPENDENT:
        for (size_t i = 0; i < op->count; i++)
            if (!visit_all(c, &op->v.dependents[i].sub, 1, marks))
                return false;
        return true;
    case OP_TYPE:
    case OP_CONST:
    case OP_ENUM:
    case OP_OBJECT:
    case OP_ARRAY:
    case OP_MINIMUM:
    case OP_MAXIMUM:
    case OP_ABOVE:
    case OP_BELOW:
    case OP_MULTIPLE:
    case OP_MIN_LENGTH:
    case OP_MAX_LENGTH:
    case OP_PATTERN:
    case OP_FORMAT:
        return true;
    }
    return true;
}

static bool
visit(compile_t *c, uint32_t sub, mark_t *marks)
{
    const sub_t *s = &c->out->subs[sub];

    if (marks[sub] == DONE)
        return true;
    c->sub = sub;
    if (marks[sub] == OPEN)
        return schema_fail(c, "", "this schema leads back to itself without end");
    marks[sub] = OPEN;
    for (size_t i = 0; i < s->count; i++)
        if (!visit_op(c, &c->out->ops[s->first + i], marks))
            return false;
    marks[sub] = DONE;
    return true;
}

bool
schema_check_cycles(compile_t *c)
{
    AUTO_FREE mark_t *marks = mem_new_array(mark_t, c->out->sub_count);

    for (size_t i = 0; i < c->out->sub_count; i++)
        if (!visit(c, (uint32_t) i, marks))
            return false;
    return true;
}
