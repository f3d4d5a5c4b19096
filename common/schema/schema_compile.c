/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema_compile.h"

#include <stdarg.h>

#define SUBS_MAX 10000

bool
schema_fail(const compile_t *c, const char *keyword, const char *fmt, ...)
{
    const char *at = c->out->subs[c->sub].pointer;
    const char *slash = keyword[0] == '\0' ? "" : "/";
    char what[ERR_TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    if (vsnprintf(what, sizeof(what), fmt, args) < 0)
        what[0] = '\0';
    va_end(args);
    (void) err_set(c->err, ERR_CONFIG, "schema", "%s: %s%s%s: %s", c->out->name, at, slash, keyword, what);
    if (c->err != NULL)
        (void) snprintf(c->err->pointer, sizeof(c->err->pointer), "%s%s%s", at, slash, keyword);
    return false;
}

uint32_t
schema_sub_at(compile_t *c, const json_node_t *node, const char *pointer)
{
    schema_t *out = c->out;

    for (size_t i = 0; i < out->sub_count; i++)
        if (out->subs[i].node == node)
            return (uint32_t) i;
    out->subs = mem_grow(out->subs, &out->sub_cap, out->sub_count + 1, sizeof(*out->subs));
    out->subs[out->sub_count] = (sub_t){ .node = node, .pointer = pointer };
    return (uint32_t) out->sub_count++;
}

/* RFC 6901: ~ and / inside a name. */
static void
add_step(str_t *pointer, const char *step)
{
    str_add_char(pointer, '/');
    for (; *step != '\0'; step++) {
        if (*step == '~')
            str_add(pointer, "~0");
        else if (*step == '/')
            str_add(pointer, "~1");
        else
            str_add_char(pointer, *step);
    }
}

uint32_t
schema_sub(compile_t *c, const json_node_t *node, const char *keyword, const char *step)
{
    AUTO_STR pointer = STR_INIT;

    str_add(&pointer, c->out->subs[c->sub].pointer);
    add_step(&pointer, keyword);
    if (step != NULL)
        add_step(&pointer, step);
    return schema_sub_at(c, node, arena_strndup(c->out->arena, pointer.ptr, pointer.len));
}

op_t *
schema_emit(compile_t *c, op_kind_t kind)
{
    schema_t *out = c->out;

    out->ops = mem_grow(out->ops, &out->op_cap, out->op_count + 1, sizeof(*out->ops));
    out->ops[out->op_count] = (op_t){ .kind = kind };
    return &out->ops[out->op_count++];
}

static bool
compile_sub(compile_t *c, uint32_t index)
{
    const json_node_t *node = c->out->subs[index].node;

    c->sub = index;
    c->out->subs[index].first = c->out->op_count;
    if (json_kind(node) == JSON_BOOL) {
        c->out->subs[index].never = !json_is_true(node);
        return true;
    }
    if (json_kind(node) != JSON_OBJECT)
        return schema_fail(c, "", "a schema must be an object, true or false");
    for (const json_node_t *k = json_first(node); k != NULL; k = json_next(k))
        if (!schema_keyword(c, node, k))
            return false;
    c->out->subs[index].count = c->out->op_count - c->out->subs[index].first;
    return true;
}

/* Breadth first, so that the instructions of each subschema lie together. */
static bool
compile_all(compile_t *c)
{
    size_t next = 0;

    c->out->subs = mem_grow(NULL, &c->out->sub_cap, 1, sizeof(*c->out->subs));
    (void) schema_sub_at(c, json_root(c->out->tree), "");
    c->id = json_text(json_get(json_root(c->out->tree), "$id"));
    do {
        for (; next < c->out->sub_count; next++) {
            if (next >= SUBS_MAX)
                return schema_fail(c, "", "more than %d subschemas", SUBS_MAX);
            if (!compile_sub(c, (uint32_t) next))
                return false;
        }
        if (!schema_resolve(c))
            return false;
    } while (next < c->out->sub_count);
    return schema_check_cycles(c);
}

static bool
compile_tree(const char *name, json_t *tree, unsigned flags, schema_t **ret, err_t *err)
{
    AUTO(schema) self = mem_new(schema_t);
    compile_t c = { .out = self, .err = err };

    self->name = mem_strdup(name);
    self->flags = flags;
    self->tree = tree;
    self->arena = arena_new(8192);
    bool ok = compile_all(&c);
    mem_free(c.refs);
    mem_free(c.anchors);
    if (!ok)
        return false;
    *ret = TAKE(self);
    return true;
}

/* Works on a copy: the caller's tree may go. */
bool
schema_compile(const char *name, const json_node_t *schema, unsigned flags, schema_t **ret, err_t *err)
{
    AUTO_STR text = STR_INIT;
    json_t *tree = NULL;

    json_canonical(schema, &text);
    return json_parse(text.ptr, text.len, &tree, err) && compile_tree(name, tree, flags, ret, err);
}

bool
schema_load(const char *path, unsigned flags, schema_t **ret, err_t *err)
{
    AUTO_STR text = STR_INIT;
    json_t *tree = NULL;

    if (!str_read_file(&text, path, 1024 * 1024, err))
        return err_add(err, "schema");
    if (!json_parse(text.ptr, text.len, &tree, err)) {
        if (err != NULL && err->cls == ERR_REJECT)
            err->cls = ERR_CONFIG; /* the file is ours, not a message */
        return err_add(err, path);
    }
    return compile_tree(path, tree, flags, ret, err);
}
