/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml_doc.h"

#include "config/yaml_node.h"

#include <string.h>

#define FILE_MAX (4u * 1024 * 1024)

bool
yaml_doc_parse(const char *name, const char *text, size_t n, yaml_doc_t **ret, err_t *err)
{
    AUTO(yaml_doc) self = mem_new(yaml_doc_t);

    self->name = mem_strdup(name);
    self->arena = arena_new(16384);
    if (n > FILE_MAX)
        return err_set(err, ERR_CONFIG, "yaml", "%s: larger than %u bytes", name, FILE_MAX);
    if (!yaml_parse_text(self, text, n, err))
        return false;
    *ret = TAKE(self);
    return true;
}

bool
yaml_doc_load(const char *path, yaml_doc_t **ret, err_t *err)
{
    AUTO_STR text = STR_INIT;

    return str_read_file(&text, path, FILE_MAX, err) && yaml_doc_parse(path, text.ptr, text.len, ret, err);
}

void
yaml_doc_destroy(yaml_doc_t **self_p)
{
    yaml_doc_t *self = *self_p;

    if (self == NULL)
        return;
    arena_destroy(&self->arena);
    mem_free(self->name);
    mem_free(self);
    *self_p = NULL;
}

const yaml_node_t *
yaml_doc_root(const yaml_doc_t *self)
{
    return self->root;
}

const char *
yaml_doc_name(const yaml_doc_t *self)
{
    return self->name;
}

yaml_kind_t
yaml_kind(const yaml_node_t *n)
{
    return n->kind;
}

unsigned
yaml_line(const yaml_node_t *n)
{
    return n->line;
}

unsigned
yaml_column(const yaml_node_t *n)
{
    return n->column;
}

bool
yaml_is_quoted(const yaml_node_t *n)
{
    return n->quoted;
}

const char *
yaml_text(const yaml_node_t *n)
{
    return n == NULL ? NULL : n->text;
}

size_t
yaml_count(const yaml_node_t *n)
{
    return n == NULL ? 0 : n->count;
}

const yaml_node_t *
yaml_at(const yaml_node_t *n, size_t i)
{
    return n == NULL || i >= n->count ? NULL : n->items[i];
}

const yaml_node_t *
yaml_key_node_at(const yaml_node_t *n, size_t i)
{
    const yaml_node_t *value = yaml_at(n, i);

    return value == NULL ? NULL : value->key;
}

const char *
yaml_key_at(const yaml_node_t *n, size_t i)
{
    const yaml_node_t *key = yaml_key_node_at(n, i);

    return key == NULL ? NULL : key->text;
}

const yaml_node_t *
yaml_get(const yaml_node_t *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (const yaml_node_t *v = map->first; v != NULL; v = v->next)
        if (strcmp(v->key->text, key) == 0)
            return v;
    return NULL;
}
