/* SPDX-License-Identifier: Apache-2.0 */
#include "deadline.h"

#include "base/mem.h"
#include "config/yaml_doc.h"

static const char *const file_keys[] = { "deadlines", "status", "basis", "levels", NULL };
static const char *const level_keys[] = { "visit_within", "snooze_days", "overdue_to", "may_be_silenced", NULL };

static bool
level_parse(const yaml_doc_t *doc, const yaml_node_t *levels, level_t level, deadline_t *ret, err_t *err)
{
    const yaml_node_t *node = yaml_get(levels, level_names[level]);
    const char *to = NULL;
    int64_t within = 0, snooze = 0;
    int index;

    if (node == NULL || yaml_kind(node) != YAML_MAP)
        return yaml_fail(doc, node != NULL ? node : levels, err, "levels: %s is missing", level_names[level]);
    if (!yaml_check_keys(doc, node, level_keys, err) ||
        !yaml_get_i64(doc, node, "visit_within", NULL, 0, 250, &within, err) ||
        !yaml_get_i64(doc, node, "snooze_days", NULL, 0, 366, &snooze, err) ||
        !yaml_get_text(doc, node, "overdue_to", level_names[level], &to, err) ||
        !yaml_get_bool(doc, node, "may_be_silenced", NULL, &ret->may_be_silenced, err))
        return false;
    index = str_index(to, level_names, LEVEL_COUNT);
    if (index < (int) level)
        return yaml_fail(doc, node, err, "overdue_to: expected %s or a more urgent level", level_names[level]);
    ret->visit_within = (int) within;
    ret->snooze_days = (int) snooze;
    ret->overdue_to = (level_t) index;
    return true;
}

static bool
build(const yaml_doc_t *doc, deadlines_t *ret, err_t *err)
{
    const yaml_node_t *root = yaml_doc_root(doc);
    const yaml_node_t *levels;
    const char *status = NULL;
    deadlines_t all = { 0 };

    if (root == NULL || yaml_kind(root) != YAML_MAP)
        return yaml_fail(doc, root, err, "expected deadlines, status and levels");
    if (!yaml_check_keys(doc, root, file_keys, err) || !yaml_get_text(doc, root, "status", NULL, &status, err))
        return false;
    levels = yaml_get(root, "levels");
    if (levels == NULL || yaml_kind(levels) != YAML_MAP || yaml_count(levels) != LEVEL_COUNT)
        return yaml_fail(doc, levels != NULL ? levels : root, err, "levels: expected red, orange, yellow and blue");
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (!level_parse(doc, levels, (level_t) i, &all.of[i], err))
            return false;
    }
    *ret = all;
    return true;
}

bool
deadlines_load(const char *path, deadlines_t *ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_load(path, &doc, err) && build(doc, ret, err);
}

bool
deadlines_parse(const char *name, const char *text, size_t n, deadlines_t *ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_parse(name, text, n, &doc, err) && build(doc, ret, err);
}
