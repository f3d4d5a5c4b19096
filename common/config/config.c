/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "base/mem.h"
#include "base/num.h"
#include "config/yaml_doc.h"

#include <stdlib.h>
#include <string.h>

/* One item of one table and where its text comes from; the text is a default's, the document's or an option's. */
typedef struct {
    const cfg_item_t *item;
    size_t table;
    const char *text;
    const yaml_node_t *node; /* NULL: default or --set */
    bool from_set;
} setting_t;

typedef struct {
    setting_t *all;
    size_t count, cap;
    const yaml_doc_t *doc;
    err_t *err;
} load_t;

typedef union {
    char *text;
    int64_t i;
    double r;
    bool b;
} value_t;

const char *
config_env(const char *name)
{
    return getenv(name);
}

static setting_t *
find(const load_t *l, const char *key)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->all[i].item->key, key) == 0)
            return &l->all[i];
    return NULL;
}

static bool
collect(load_t *l, const cfg_item_t *const *tables)
{
    for (size_t t = 0; tables[t] != NULL; t++)
        for (const cfg_item_t *item = tables[t]; item->key != NULL; item++) {
            if (find(l, item->key) != NULL)
                return err_set(l->err, ERR_BUG, "config", "the setting \"%s\" is defined twice", item->key);
            l->all = mem_grow(l->all, &l->cap, l->count + 1, sizeof(*l->all));
            l->all[l->count++] = (setting_t){ .item = item, .table = t, .text = item->def };
        }
    return true;
}

static bool
take_scalar(load_t *l, const char *key, const yaml_node_t *node)
{
    setting_t *s = find(l, key);

    if (s == NULL)
        return yaml_fail(l->doc, node, l->err, "unknown setting \"%s\"; --dump-config lists all", key);
    if (s->node != NULL)
        return yaml_fail(l->doc, node, l->err, "\"%s\" is set already on line %u", key, yaml_line(s->node));
    s->node = node;
    s->text = yaml_text(node);
    return true;
}

/* "bind: { request: x }" and "bind.request: x" are the same.  Recursion is bounded by the document's depth. */
static bool
take_map(load_t *l, const yaml_node_t *map, const char *prefix)
{
    for (size_t i = 0; i < yaml_count(map); i++) {
        AUTO_STR key = STR_INIT;
        const yaml_node_t *value = yaml_at(map, i);

        str_printf(&key, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", yaml_key_at(map, i));
        switch (yaml_kind(value)) {
        case YAML_SCALAR:
            if (!take_scalar(l, key.ptr, value))
                return false;
            break;
        case YAML_MAP:
            if (!take_map(l, value, key.ptr))
                return false;
            break;
        case YAML_LIST:
            return yaml_fail(l->doc, value, l->err, "\"%s\" is a list; settings are single values", key.ptr);
        }
    }
    return true;
}

static bool
take_document(load_t *l)
{
    const yaml_node_t *root = yaml_doc_root(l->doc);

    if (yaml_kind(root) != YAML_MAP)
        return yaml_fail(l->doc, root, l->err, "expected settings as \"key: value\"");
    return take_map(l, root, "");
}

/* The last --set of a key wins. */
static bool
take_sets(load_t *l, const char *const *sets)
{
    for (; sets != NULL && *sets != NULL; sets++) {
        const char *equal = strchr(*sets, '=');
        if (equal == NULL)
            return err_set(l->err, ERR_CONFIG, "config", "--set %s: expected key=value", *sets);

        AUTO_STR key = STR_INIT;
        str_add_n(&key, *sets, (size_t) (equal - *sets));
        setting_t *s = find(l, key.ptr);
        if (s == NULL)
            return err_set(l->err, ERR_CONFIG, "config", "--set: unknown setting \"%s\"; --dump-config lists all",
                           key.ptr);
        s->text = equal + 1;
        s->node = NULL;
        s->from_set = true;
    }
    return true;
}

static bool
fail(const load_t *l, const setting_t *s, const char *what)
{
    if (s->node != NULL)
        return yaml_fail(l->doc, s->node, l->err, "\"%s\" %s", s->item->key, what);
    if (s->from_set)
        return err_set(l->err, ERR_CONFIG, "config", "--set: \"%s\" %s", s->item->key, what);
    return err_set(l->err, ERR_BUG, "config", "the default of \"%s\" %s", s->item->key, what);
}

static bool
in_range(const cfg_item_t *item, double v)
{
    bool unbounded = !(item->min < 0) && !(item->min > 0) && !(item->max < 0) && !(item->max > 0);

    return unbounded || (v >= item->min && v <= item->max);
}

/* Values that do not own memory are written to *ret; texts stay borrowed until all are known to be good. */
static bool
convert(const load_t *l, const setting_t *s, value_t *ret)
{
    const cfg_item_t *item = s->item;
    char what[128];

    if (s->text == NULL) {
        if ((item->flags & CFG_REQUIRED) != 0)
            return err_set(l->err, ERR_CONFIG, "config", "%s: the setting \"%s\" is missing: %s",
                           l->doc == NULL ? "--set" : yaml_doc_name(l->doc), item->key, item->doc);
        *ret = (value_t){ 0 };
        return true;
    }
    switch (item->kind) {
    case CFG_TEXT:
    case CFG_PATH:
        if (s->text[0] == '\0' && (item->kind == CFG_PATH || (item->flags & CFG_REQUIRED) != 0) && s->text != item->def)
            return fail(l, s, "must not be empty");
        return true;
    case CFG_BOOL:
        ret->b = strcmp(s->text, "true") == 0;
        return ret->b || strcmp(s->text, "false") == 0 || fail(l, s, "must be true or false");
    case CFG_INT:
        if (num_i64(s->text, strlen(s->text), &ret->i) && in_range(item, (double) ret->i))
            return true;
        (void) snprintf(what, sizeof(what), "must be an integer from %.0f to %.0f", item->min, item->max);
        return fail(l, s, in_range(item, 1e300) ? "must be an integer" : what);
    case CFG_REAL:
        if (num_real(s->text, strlen(s->text), &ret->r) && in_range(item, ret->r))
            return true;
        (void) snprintf(what, sizeof(what), "must be a number from %g to %g", item->min, item->max);
        return fail(l, s, in_range(item, 1e300) ? "must be a number" : what);
    }
    return fail(l, s, "has an unknown kind");
}

static void
store(const setting_t *s, const value_t *v, void *const *ret)
{
    char *at = (char *) ret[s->table] + s->item->offset;
    char *text;

    switch (s->item->kind) {
    case CFG_TEXT:
    case CFG_PATH:
        text = s->text == NULL ? NULL : mem_strdup(s->text);
        memcpy(at, &text, sizeof(text));
        break;
    case CFG_INT:
        memcpy(at, &v->i, sizeof(v->i));
        break;
    case CFG_REAL:
        memcpy(at, &v->r, sizeof(v->r));
        break;
    case CFG_BOOL:
        memcpy(at, &v->b, sizeof(v->b));
        break;
    }
}

bool
config_load(const cfg_item_t *const *tables, const cfg_source_t *src, void *const *ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;
    AUTO_FREE setting_t *settings = NULL;
    AUTO_FREE value_t *values = NULL;
    load_t l = { .err = err };

    bool ok = collect(&l, tables);
    settings = l.all;
    if (!ok)
        return false;
    if (src->file != NULL) {
        if (!yaml_doc_load(src->file, &doc, err))
            return err_add(err, "config");
        l.doc = doc;
        if (!take_document(&l))
            return err_add(err, "config");
    }
    if (!take_sets(&l, src->sets))
        return err_add(err, "config");

    values = mem_new_array(value_t, l.count);
    for (size_t i = 0; i < l.count; i++)
        if (!convert(&l, &l.all[i], &values[i]))
            return err_add(err, "config");
    for (size_t i = 0; i < l.count; i++)
        store(&l.all[i], &values[i], ret);
    return true;
}

void
config_done(const cfg_item_t *table, void *cfg)
{
    for (const cfg_item_t *item = table; item->key != NULL; item++) {
        char *at = (char *) cfg + item->offset, *text;

        if (item->kind != CFG_TEXT && item->kind != CFG_PATH)
            continue;
        memcpy(&text, at, sizeof(text));
        if (text != NULL && (item->flags & CFG_SECRET) != 0)
            mem_wipe(text, strlen(text));
        mem_free(text);
        text = NULL;
        memcpy(at, &text, sizeof(text));
    }
}
