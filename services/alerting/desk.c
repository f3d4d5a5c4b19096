/* SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include "base/mem.h"
#include "base/str.h"
#include "config/yaml_doc.h"
#include "domain/region.h"
#include <string.h>

typedef struct {
    char region[ALERT_REGION_SIZE];
    char category[CATEGORY_SIZE]; /* empty = any */
    char desk[DESK_SIZE];
} exception_t;

struct desks {
    size_t digits;
    exception_t *exceptions;
    size_t count;
};

static const char *const file_keys[] = { "desks", "default_digits", "exceptions", NULL };
static const char *const exception_keys[] = { "region", "category", "desk", "why", NULL };

static bool
exception_parse(const yaml_doc_t *doc, const yaml_node_t *node, exception_t *ret, err_t *err)
{
    const char *region = NULL, *category = NULL, *desk = NULL;

    if (yaml_kind(node) != YAML_MAP)
        return yaml_fail(doc, node, err, "exceptions: expected region, desk and perhaps category");
    if (!yaml_check_keys(doc, node, exception_keys, err) || !yaml_get_text(doc, node, "region", NULL, &region, err) ||
        !yaml_get_text(doc, node, "category", "", &category, err) ||
        !yaml_get_text(doc, node, "desk", NULL, &desk, err))
        return false;
    if (!region_is_valid(region))
        return yaml_fail(doc, yaml_get(node, "region"), err, "a region has 2, 4, 6, 9 or 12 digits; quote it");
    if (desk[0] == '\0' || !str_copy(ret->desk, sizeof(ret->desk), desk) ||
        !str_copy(ret->category, sizeof(ret->category), category))
        return yaml_fail(doc, node, err, "desk has 1 to %d bytes, category at most %d", DESK_SIZE - 1,
                         CATEGORY_SIZE - 1);
    (void) str_copy(ret->region, sizeof(ret->region), region);
    return true;
}

static bool
build(const yaml_doc_t *doc, desks_t *self, err_t *err)
{
    const yaml_node_t *root = yaml_doc_root(doc);
    const yaml_node_t *list;
    int64_t digits = 9;

    if (root == NULL || yaml_kind(root) != YAML_MAP)
        return yaml_fail(doc, root, err, "expected default_digits and perhaps exceptions");
    if (!yaml_check_keys(doc, root, file_keys, err) ||
        !yaml_get_i64(doc, root, "default_digits", NULL, 2, 12, &digits, err))
        return false;
    if (digits != 2 && digits != 4 && digits != 6 && digits != 9 && digits != 12)
        return yaml_fail(doc, root, err, "default_digits: expected 2, 4, 6, 9 or 12");
    self->digits = (size_t) digits;
    list = yaml_get(root, "exceptions");
    if (list == NULL || (yaml_kind(list) == YAML_LIST && yaml_count(list) == 0))
        return true;
    if (yaml_kind(list) != YAML_LIST)
        return yaml_fail(doc, list, err, "exceptions: expected a list");
    self->exceptions = mem_new_array(exception_t, yaml_count(list));
    self->count = yaml_count(list);
    for (size_t i = 0; i < self->count; i++) {
        if (!exception_parse(doc, yaml_at(list, i), &self->exceptions[i], err))
            return false;
    }
    return true;
}

static bool
finish(const yaml_doc_t *doc, desks_t **ret, err_t *err)
{
    AUTO(desks) self = mem_new(desks_t);

    if (!build(doc, self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

bool
desks_load(const char *path, desks_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_load(path, &doc, err) && finish(doc, ret, err);
}

bool
desks_parse(const char *name, const char *text, size_t n, desks_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_parse(name, text, n, &doc, err) && finish(doc, ret, err);
}

void
desks_destroy(desks_t **self_p)
{
    if (*self_p == NULL)
        return;
    mem_free((*self_p)->exceptions);
    mem_free(*self_p);
    *self_p = NULL;
}

void
desks_route(const desks_t *self, const char *region, const char *category, char ret[DESK_SIZE])
{
    const exception_t *best = NULL;

    for (size_t i = 0; i < self->count; i++) {
        const exception_t *e = &self->exceptions[i];

        if (!region_contains(e->region, region) || (e->category[0] != '\0' && strcmp(e->category, category) != 0))
            continue;
        if (best == NULL || strlen(e->region) > strlen(best->region) ||
            (strlen(e->region) == strlen(best->region) && best->category[0] == '\0' && e->category[0] != '\0'))
            best = e;
    }
    if (best != NULL) {
        (void) str_copy(ret, DESK_SIZE, best->desk);
        return;
    }
    (void) snprintf(ret, DESK_SIZE, "%.*s", (int) self->digits, region);
}
