/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml_node.h"

#include <stdlib.h>
#include <string.h>

/* libyaml has a type of the same name, for a tree that is not used here */
#define yaml_node_t libyaml_node_t
#include <yaml.h>
#undef yaml_node_t

#define DEPTH_MAX 64

typedef struct {
    yaml_doc_t *doc;
    err_t *err;
    yaml_node_t *stack[DEPTH_MAX]; /* open containers */
    unsigned depth;
    yaml_node_t *key; /* of the open map: read, its value not yet */
    bool has_document;
    const char *text;
    size_t size;
} build_t;

static bool
fail_mark(const build_t *b, const yaml_mark_t *mark, const char *what)
{
    return err_set(b->err, ERR_CONFIG, "yaml", "%s:%zu:%zu: %s", b->doc->name, mark->line + 1, mark->column + 1, what);
}

static yaml_node_t *
node_new(const build_t *b, yaml_kind_t kind, const yaml_mark_t *mark)
{
    yaml_node_t *n = arena_alloc(b->doc->arena, sizeof(*n));

    n->kind = kind;
    n->line = (unsigned) mark->line + 1;
    n->column = (unsigned) mark->column + 1;
    return n;
}

/* Puts n where it belongs: as root, list item, key, or value of the pending key. */
static bool
attach(build_t *b, yaml_node_t *n, const yaml_mark_t *mark)
{
    if (b->depth == 0) {
        b->doc->root = n;
        return true;
    }

    yaml_node_t *parent = b->stack[b->depth - 1];
    if (parent->kind == YAML_MAP && b->key == NULL) {
        if (n->kind != YAML_SCALAR)
            return fail_mark(b, mark, "a key must be plain text");
        b->key = n;
        return true;
    }
    n->key = b->key;
    b->key = NULL;
    if (parent->last == NULL)
        parent->first = n;
    else
        parent->last->next = n;
    parent->last = n;
    parent->count++;
    return true;
}

static bool
on_scalar(build_t *b, const yaml_event_t *e)
{
    const char *text = (const char *) e->data.scalar.value;
    size_t n = e->data.scalar.length;

    if (memchr(text, '\0', n) != NULL)
        return fail_mark(b, &e->start_mark, "NUL character (refused)");
    yaml_node_t *node = node_new(b, YAML_SCALAR, &e->start_mark);
    node->text = arena_strndup(b->doc->arena, text, n);
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(b, node, &e->start_mark);
}

static bool
on_open(build_t *b, yaml_kind_t kind, const yaml_event_t *e)
{
    yaml_node_t *node = node_new(b, kind, &e->start_mark);

    if (b->depth == DEPTH_MAX)
        return fail_mark(b, &e->start_mark, "more than 64 levels");
    if (!attach(b, node, &e->start_mark))
        return false;
    b->stack[b->depth++] = node;
    return true;
}

static int
cmp_key(const void *x, const void *y)
{
    const yaml_node_t *const *a = x, *const *b = y;
    int order = strcmp((*a)->key->text, (*b)->key->text);

    if (order != 0)
        return order;
    return ((*a)->line > (*b)->line) - ((*a)->line < (*b)->line);
}

static bool
check_duplicates(const build_t *b, const yaml_node_t *map)
{
    AUTO_FREE yaml_node_t **sorted = mem_new_array(yaml_node_t *, map->count);

    if (map->count < 2)
        return true;
    memcpy(sorted, map->items, map->count * sizeof(yaml_node_t *));
    qsort(sorted, map->count, sizeof(yaml_node_t *), cmp_key);
    for (size_t i = 1; i < map->count; i++)
        if (strcmp(sorted[i - 1]->key->text, sorted[i]->key->text) == 0)
            return yaml_fail(b->doc, sorted[i]->key, b->err, "duplicate key \"%s\", first on line %u",
                             sorted[i]->key->text, sorted[i - 1]->key->line);
    return true;
}

static bool
on_close(build_t *b)
{
    yaml_node_t *n = b->stack[--b->depth];
    size_t i = 0;

    n->items = arena_new_array(b->doc->arena, yaml_node_t *, n->count);
    for (yaml_node_t *item = n->first; item != NULL; item = item->next)
        n->items[i++] = item;
    return n->kind != YAML_MAP || check_duplicates(b, n);
}

static bool
on_document(build_t *b, const yaml_event_t *e)
{
    if (b->has_document)
        return fail_mark(b, &e->start_mark, "a second document (refused)");
    b->has_document = true;
    return true;
}

/* Anchors and tags would let one text mean something that is not written where it is read. */
static bool
check_plain(const build_t *b, const yaml_event_t *e, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        return fail_mark(b, &e->start_mark, "an anchor (refused): text that begins with & goes in quotes");
    if (tag != NULL)
        return fail_mark(b, &e->start_mark, "a tag (refused)");
    return true;
}

static bool
on_event(build_t *b, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(b, e);
    case YAML_ALIAS_EVENT:
        return fail_mark(b, &e->start_mark, "an alias (refused): text that begins with * goes in quotes");
    case YAML_SCALAR_EVENT:
        return check_plain(b, e, e->data.scalar.anchor, e->data.scalar.tag) && on_scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        return check_plain(b, e, e->data.sequence_start.anchor, e->data.sequence_start.tag) && on_open(b, YAML_LIST, e);
    case YAML_MAPPING_START_EVENT:
        return check_plain(b, e, e->data.mapping_start.anchor, e->data.mapping_start.tag) && on_open(b, YAML_MAP, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(b);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
}

/* libyaml says what it looked for; this says what mostly was the matter. */
static const char *
parser_hint(const char *problem)
{
    static const struct {
        const char *problem, *hint;
    } hints[] = {
        { "cannot start any token", ": indent with blanks, not with a tab; text that begins with @, ` or % goes in quotes" },
        { "mapping values are not allowed", ": is the line indented like its neighbours? text with “: ” in it goes in quotes" },
        { "unexpected end of stream", ": a quote is not closed" },
        { "could not find expected ':'", ": after a key stand a colon and a blank" },
        { "expected ',' or '}'", ": a comma or the closing } is missing" },
        { "expected ',' or ']'", ": a comma or the closing ] is missing" },
        { "expected key", ": is the line indented like its neighbours?" },
        { "expected '-' indicator", ": is the line indented like its neighbours?" },
        { "expected alphabetic", ": text that begins with & or * goes in quotes" },
    };

    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (strstr(problem, hints[i].problem) != NULL)
            return hints[i].hint;
    return "";
}

/* A key of the line that ends in the wide colon of Chinese text, which to YAML is a letter: `at` leads behind it. */
static const char *
wide_colon(const char *line, const char *end, const char **ret_key)
{
    static const char colon[] = "：";
    const size_t n = sizeof colon - 1;

    while (line < end && (*line == ' ' || *line == '-' || *line == '{'))
        line++;
    *ret_key = line;
    for (; line + n <= end && *line != ' ' && *line != '"' && *line != '\'' && *line != '#' && *line != ':'; line++)
        if (memcmp(line, colon, n) == 0)
            return line;
    return NULL;
}

/* Where libyaml stumbles over it, that key stands in the same line or in one before. */
static bool
fail_wide_colon(const build_t *b, const yaml_mark_t *problem)
{
    enum { LINES_BACK = 2 };
    size_t first = problem->line > LINES_BACK ? problem->line - LINES_BACK : 0;
    const char *line = b->text, *end = b->text + b->size;

    for (size_t n = 0; n <= problem->line && line < end; n++) {
        const char *stop = memchr(line, '\n', (size_t) (end - line)), *key = NULL;
        const char *colon = n < first ? NULL : wide_colon(line, stop == NULL ? end : stop, &key);

        if (colon != NULL) {
            yaml_mark_t mark = { .line = n, .column = (size_t) (key - line) };

            (void) fail_mark(b, &mark, arena_printf(b->doc->arena, "“%.*s：” ends in the wide colon of Chinese text: write “%.*s: ”, a plain colon and a blank",
                                                    (int) (colon - key), key, (int) (colon - key), key));
            return true;
        }
        line = stop == NULL ? end : stop + 1;
    }
    return false;
}

static bool
fail_parser(const build_t *b, const yaml_parser_t *p)
{
    if (p->error == YAML_MEMORY_ERROR)
        return err_set(b->err, ERR_RETRY, "memory", "%s: no memory", b->doc->name);
    if (p->error == YAML_READER_ERROR)
        return err_set(b->err, ERR_CONFIG, "yaml", "%s: %s at byte %zu", b->doc->name, p->problem, p->problem_offset);
    if (fail_wide_colon(b, &p->problem_mark))
        return false;
    const char *problem = p->problem == NULL ? "not YAML" : p->problem;
    return fail_mark(b, &p->problem_mark, arena_printf(b->doc->arena, "%s%s", problem, parser_hint(problem)));
}

bool
yaml_parse_text(yaml_doc_t *doc, const char *text, size_t n, err_t *err)
{
    build_t b = { .doc = doc, .err = err, .text = text, .size = n };
    yaml_parser_t parser;
    bool ok = true, more = true;

    if (yaml_parser_initialize(&parser) == 0)
        return err_set(err, ERR_RETRY, "memory", "%s: no memory", doc->name);
    yaml_parser_set_input_string(&parser, (const unsigned char *) text, n);
    while (ok && more) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            ok = fail_parser(&b, &parser);
            break;
        }
        ok = on_event(&b, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (ok && doc->root == NULL) /* nothing but comments says the same as {} */
        doc->root = node_new(&b, YAML_MAP, &(yaml_mark_t){ 0 });
    return ok;
}
