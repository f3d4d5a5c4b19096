/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_set.h"

#include <stdarg.h>
#include <string.h>

#include "base/num.h"
#include "domain/date.h"
#include "policy_model.h"

#define SET_FILE "--set.yaml"
#define FIRST_LINE 2 /* of the parameters in the file that is written: one a line */

typedef struct {
    const char *text;           /* as it was asked for */
    const policy_def_t *def;
    const char *keys[POLICY_KEYS_MAX];
    size_t key_count;           /* 0: for all */
    const char *value;
    bool done;                  /* written together with another one of the same parameter */
} set_t;

static bool
refuse(err_t *err, size_t index, const char *fmt, ...) PRINTF_LIKE(3, 4);

static bool
refuse(err_t *err, size_t index, const char *fmt, ...)
{
    va_list args;
    char buffer[ERR_TEXT_MAX];

    va_start(args, fmt);
    (void) vsnprintf(buffer, sizeof buffer, fmt, args);
    va_end(args);
    (void) err_set(err, ERR_REJECT, "bad_data", "%s", buffer);
    (void) snprintf(err->pointer, sizeof err->pointer, "/sets/%zu", index);
    return false;
}

/* --- what is asked for --- */

static const policy_def_t *
find_parameter(const policy_t *policy, const char *name, size_t len)
{
    const policy_def_t *def = policy_find(policy, name, len);

    return def != NULL && def->kind == DEF_PARAMETER ? def : NULL;
}

/* The longest beginning that is a parameter's name; what follows are keys. */
static bool
read_name(const policy_t *policy, arena_t *arena, const char *name, size_t len, set_t *ret)
{
    size_t at = len;

    for (;;) {
        ret->def = find_parameter(policy, name, at);
        if (ret->def != NULL)
            break;
        while (at > 0 && name[at - 1] != '.')
            at--;
        if (at == 0)
            return false;
        at--;
    }
    while (at < len) {
        size_t end = at + 1;

        while (end < len && name[end] != '.')
            end++;
        if (ret->key_count == POLICY_KEYS_MAX || end == at + 1)
            return false;
        ret->keys[ret->key_count++] = arena_strndup(arena, name + at + 1, end - at - 1);
        at = end;
    }
    return true;
}

static bool
read_set(const policy_t *policy, arena_t *arena, const char *text, size_t index, set_t *ret, err_t *err)
{
    const char *equals = strchr(text, '=');
    size_t len = equals == NULL ? 0 : (size_t) (equals - text);
    const char *near;

    *ret = (set_t){ .text = text };
    if (len == 0 || equals[1] == '\0')
        return refuse(err, index, "--set takes NAME=VALUE, such as dibao.standard=860, not “%s”", text);
    ret->value = equals + 1;
    if (!read_name(policy, arena, text, len, ret)) {
        char name[65];

        (void) snprintf(name, sizeof name, "%.*s", (int) len, text);
        near = policy_nearest_name(policy, name);
        if (near != NULL && find_parameter(policy, near, strlen(near)) == NULL)
            near = NULL;
        return refuse(err, index, "“%s” is no parameter of the policy %s%s%s%s", name, policy_name(policy),
                      near != NULL ? ": did you mean “" : "", near != NULL ? near : "", near != NULL ? "”?" : "");
    }
    if (ret->key_count > ret->def->param.key_count)
        return refuse(err, index, "“%s” goes by %zu %s, not by %s", ret->def->name, ret->def->param.key_count,
                      ret->def->param.key_count == 1 ? "thing" : "things", ret->keys[ret->key_count - 1]);
    return true;
}

/* --- the file of a place that changes these numbers --- */

static void
write_node(json_out_t *out, const char *key, const yaml_node_t *node)
{
    switch (yaml_kind(node)) {
    case YAML_SCALAR:
        json_out_text(out, key, yaml_text(node));
        return;
    case YAML_LIST:
        json_out_array(out, key);
        for (size_t i = 0; i < yaml_count(node); i++)
            write_node(out, NULL, yaml_at(node, i));
        json_out_end(out);
        return;
    case YAML_MAP:
        json_out_object(out, key);
        for (size_t i = 0; i < yaml_count(node); i++)
            write_node(out, yaml_key_at(node, i), yaml_at(node, i));
        json_out_end(out);
        return;
    }
}

static bool
day_of(const yaml_node_t *map, const char *key, int32_t *ret)
{
    const char *text = policy_text(yaml_get(map, key));

    return text != NULL && date_parse(text, strlen(text), ret);
}

/* The number of a cell after all sets that reach it; the later ones win. */
static const char *
set_value(const set_t *sets, size_t n, const policy_def_t *def, const char *const *path, size_t depth, const char *otherwise)
{
    const char *value = otherwise;

    for (size_t i = 0; i < n; i++) {
        bool meant = sets[i].def == def && sets[i].key_count <= depth;

        for (size_t k = 0; meant && k < sets[i].key_count; k++)
            meant = strcmp(sets[i].keys[k], path[k]) == 0;
        if (meant)
            value = sets[i].value;
    }
    return value;
}

static bool
is_value_word(const char *key)
{
    static const char *const words[] = { "from", "until", "basis", "confidence", "note" };

    return str_in(key, words, COUNT_OF(words));
}

typedef struct {
    json_out_t *out;
    const set_t *sets;
    size_t n;
    const policy_def_t *def;
    const char *path[POLICY_KEYS_MAX];
} cells_t;

static void write_cells(cells_t *c, const yaml_node_t *shape, size_t depth);

/* One key of a level, with what the last value has under it; NULL: it had nothing. */
static void
write_key(cells_t *c, const char *key, const yaml_node_t *node, size_t depth)
{
    c->path[depth] = key;
    if (depth + 1 < c->def->param.key_count) {
        json_out_object(c->out, key);
        write_cells(c, node, depth + 1);
        json_out_end(c->out);
        return;
    }
    const char *value = set_value(c->sets, c->n, c->def, c->path, depth + 1, policy_text(node));
    if (value != NULL)
        json_out_text(c->out, key, value);
}

/* The keys that there were, then those that are only set. */
static void
write_cells(cells_t *c, const yaml_node_t *shape, size_t depth)
{
    const char *added[POLICY_SETS_MAX + 2];
    size_t n = 0;

    for (size_t i = 0; shape != NULL && i < yaml_count(shape); i++)
        if (depth > 0 || !is_value_word(yaml_key_at(shape, i)))
            write_key(c, yaml_key_at(shape, i), yaml_at(shape, i), depth);
    if (shape == NULL && c->def->param.keys[depth].by == BY_AREA) {
        added[n++] = "urban";
        added[n++] = "rural";
    }
    for (size_t i = 0; i < c->n; i++) {
        const set_t *s = &c->sets[i];
        bool meant = s->def == c->def && s->key_count > depth && yaml_get(shape, s->keys[depth]) == NULL &&
                     !str_in(s->keys[depth], added, n);

        for (size_t k = 0; meant && k < depth; k++)
            meant = strcmp(s->keys[k], c->path[k]) == 0;
        if (meant)
            added[n++] = s->keys[depth];
    }
    for (size_t i = 0; i < n; i++)
        write_key(c, added[i], NULL, depth);
}

static void
write_parameter(json_out_t *out, const set_t *sets, size_t n, size_t first, int32_t from)
{
    const policy_def_t *def = sets[first].def;
    const yaml_node_t *values = policy_attr(def->entry, "values")->value, *last = NULL;
    cells_t cells = { .out = out, .sets = sets, .n = n, .def = def };
    int32_t day;

    json_out_object(out, def->name);
    json_out_text(out, "basis", "--set");
    json_out_text(out, "confidence", "assumed");
    json_out_array(out, "values");
    for (size_t i = 0; i < yaml_count(values); i++)
        if (day_of(yaml_at(values, i), "from", &day) && (day < from || last == NULL))
            last = yaml_at(values, i);
    for (size_t i = 0; i < yaml_count(values); i++) {
        const yaml_node_t *node = yaml_at(values, i);

        if (!day_of(node, "from", &day) || day >= from)
            continue;
        json_out_object(out, NULL);
        for (size_t k = 0; k < yaml_count(node); k++)
            if (node != last || strcmp(yaml_key_at(node, k), "until") != 0)
                write_node(out, yaml_key_at(node, k), yaml_at(node, k));
        json_out_end(out);
    }
    json_out_object(out, NULL);
    json_out_date(out, "from", from);
    if (def->param.key_count > 0)
        write_cells(&cells, last, 0);
    else
        json_out_text(out, "value", set_value(sets, n, def, NULL, 0, NULL));
    json_out_end(out);
    json_out_end(out);
    json_out_end(out);
}

static void
write_file(const policy_t *base, const char *stem, set_t *sets, size_t n, int32_t from, str_t *ret)
{
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "policy", base->name);
    json_out_text(&out, "extends", stem);
    json_out_object(&out, "title");
    json_out_text(&out, "zh", base->title.zh);
    json_out_text(&out, "en", base->title.en);
    json_out_end(&out);
    json_out_object(&out, "parameters");
    for (size_t i = 0; i < n; i++) {
        str_add_char(ret, '\n'); /* a line for each set, so that a problem's line tells which */
        if (sets[i].done)
            continue;
        write_parameter(&out, sets, n, i, from);
        for (size_t k = i; k < n; k++)
            sets[k].done |= sets[k].def == sets[i].def;
    }
    json_out_end(&out);
    json_out_end(&out);
}

/* "--set.yaml:3:40: text" is about the second set. */
static bool
refuse_file(const char *const *sets, size_t n, const char *text, err_t *err)
{
    const char *at = strstr(text, SET_FILE ":");
    int64_t line = 0;
    const char *p, *colon;

    if (at == NULL)
        return refuse(err, 0, "%s", text);
    p = at + sizeof SET_FILE;
    colon = strchr(p, ':');
    if (colon == NULL || !num_i64(p, (size_t) (colon - p), &line) || line < FIRST_LINE || line >= FIRST_LINE + (int64_t) n)
        return refuse(err, 0, "%s", text);
    p = strstr(colon, ": ");
    size_t index = (size_t) (line - FIRST_LINE);
    const char *what = p == NULL ? text : p + 2, *more = strstr(what, " (and more"); /* one number stands in several cells */
    return refuse(err, index, "--set %s: %.*s", sets[index], more == NULL ? (int) strlen(what) : (int) (more - what), what);
}

bool
policy_set(const policy_t *base, const char *const *sets, size_t n, int32_t from, terms_t *terms, policy_t **ret, err_t *err)
{
    AUTO(arena) arena = arena_new(4096);
    policy_text_t files[POLICY_FILES_MAX + 1] = { { .name = SET_FILE } };
    AUTO_STR text = STR_INIT;
    set_t read[POLICY_SETS_MAX];
    err_t why = { .cls = ERR_NONE };
    size_t count;

    if (n == 0 || n > POLICY_SETS_MAX)
        return refuse(err, 0, "at most %d numbers can be set", POLICY_SETS_MAX);
    for (size_t i = 0; i < n; i++)
        if (!read_set(base, arena, sets[i], i, &read[i], err))
            return false;
    count = policy_texts(base, files + 1);
    if (count == POLICY_FILES_MAX)
        return refuse(err, 0, "the policy extends %d files: none is left for what is set", POLICY_FILES_MAX);
    /* whatever the file is called, it can be extended by this name */
    files[1].name = "policy-as-given.yaml";
    write_file(base, "policy-as-given", read, n, from, &text);
    files[0].text = str_slice(&text);
    if (!policy_load_texts(files, count + 1, terms, ret, &why))
        return refuse_file(sets, n, why.text, err);
    return true;
}

void
policy_advance(policy_t *self, int32_t day)
{
    for (size_t i = 0; i < self->def_count; i++) {
        policy_param_t *param = &self->defs[i]->param;
        const policy_value_t *then;

        if (self->defs[i]->kind != DEF_PARAMETER || param->value_count == 0)
            continue;
        then = policy_value_on(param, day);
        if (then == NULL) {
            param->value_count = 0;
            continue;
        }
        int32_t first = param->values[0].from;
        param->values[0] = *then;
        param->values[0].from = first;
        param->values[0].until = DATE_OPEN;
        param->value_count = 1;
    }
}
