/* SPDX-License-Identifier: Apache-2.0 */
#include "grade.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "config/yaml_doc.h"
#include "domain/money.h"
#include <math.h>
#include <string.h>

#define WORDS_MAX 16

typedef struct {
    char *name;
    level_t level;
    unsigned kinds; /* bit per kind; 0 = any */
    char *categories[WORDS_MAX], *rules[WORDS_MAX];
    size_t category_count, rule_count;
    /* [from, below) of each number; INT64_MIN and INT64_MAX when absent. */
    int64_t money[2], overpaid[2], underpaid[2], margin[2], score[2];
} row_t;

struct grades {
    row_t *rows;
    size_t count;
};

static const char *const file_keys[] = { "grades", "status", "basis", "rows", NULL };
static const char *const row_keys[] = { "row", "when", "level", "why", NULL };
static const char *const when_keys[] = { "kind",           "category",        "rule",        "money_from",
                                         "money_below",    "overpaid_from",   "overpaid_below", "underpaid_from",
                                         "underpaid_below", "margin_from",    "margin_below",
                                         "score_from",      "score_below",    NULL };

/* One word or a list of words; calls back for each. */
static bool
words(const yaml_doc_t *doc, const yaml_node_t *node, char **ret, size_t *ret_n, err_t *err)
{
    size_t n = node == NULL ? 0 : yaml_kind(node) == YAML_LIST ? yaml_count(node) : 1;

    if (n > WORDS_MAX)
        return yaml_fail(doc, node, err, "at most %d words", WORDS_MAX);
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = yaml_kind(node) == YAML_LIST ? yaml_at(node, i) : node;

        if (yaml_text(item) == NULL || yaml_text(item)[0] == '\0')
            return yaml_fail(doc, item, err, "expected a word or a list of words");
        ret[i] = mem_strdup(yaml_text(item));
        *ret_n = i + 1;
    }
    return true;
}

static bool
kinds(const yaml_doc_t *doc, const yaml_node_t *node, unsigned *ret, err_t *err)
{
    size_t n = node == NULL ? 0 : yaml_kind(node) == YAML_LIST ? yaml_count(node) : 1;

    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = yaml_kind(node) == YAML_LIST ? yaml_at(node, i) : node;
        int kind = str_index(yaml_text(item), kind_names, KIND_COUNT);

        if (kind < 0)
            return yaml_fail(doc, item, err, "unknown kind of finding; see the kinds in docs/architecture.md");
        *ret |= 1u << kind;
    }
    return true;
}

typedef enum { NUMBER_MONEY, NUMBER_SHARE, NUMBER_POINTS } number_t;

static bool
number(const yaml_doc_t *doc, const yaml_node_t *when, const char *key, number_t what, int64_t *ret, err_t *err)
{
    const yaml_node_t *node = yaml_get(when, key);
    const char *text = yaml_text(node);
    double real = 0;

    if (node == NULL)
        return true;
    if (text == NULL)
        return yaml_fail(doc, node, err, "%s: expected a number", key);
    if (what == NUMBER_POINTS)
        return num_i64(text, strlen(text), ret) || yaml_fail(doc, node, err, "%s: expected whole points, such as 150", key);
    if (what == NUMBER_MONEY)
        return money_parse(text, strlen(text), ret) ||
               yaml_fail(doc, node, err, "%s: expected yuan, such as \"820.00\"", key);
    if (!num_real(text, strlen(text), &real) || fabs(real) > 1000)
        return yaml_fail(doc, node, err, "%s: expected a share between -1000 and 1000, such as -0.30", key);
    *ret = llround(real * 10000);
    return true;
}

static bool
range(const yaml_doc_t *doc, const yaml_node_t *when, const char *from, const char *below, number_t what, int64_t ret[2],
      err_t *err)
{
    ret[0] = INT64_MIN;
    ret[1] = INT64_MAX;
    return number(doc, when, from, what, &ret[0], err) && number(doc, when, below, what, &ret[1], err);
}

static bool
row_parse(const yaml_doc_t *doc, const yaml_node_t *node, row_t *row, err_t *err)
{
    const yaml_node_t *when = yaml_get(node, "when");
    const char *text = NULL;
    int level;

    if (!yaml_check_keys(doc, node, row_keys, err) || !yaml_get_text(doc, node, "row", NULL, &text, err))
        return false;
    row->name = mem_strdup(text);
    if (!yaml_get_text(doc, node, "level", NULL, &text, err))
        return false;
    level = str_index(text, level_names, LEVEL_COUNT);
    if (level < 0)
        return yaml_fail(doc, yaml_get(node, "level"), err, "level must be red, orange, yellow or blue");
    row->level = (level_t) level;
    if (when != NULL && yaml_kind(when) != YAML_MAP)
        return yaml_fail(doc, when, err, "when: expected conditions");
    if (when != NULL && !yaml_check_keys(doc, when, when_keys, err))
        return false;
    return kinds(doc, yaml_get(when, "kind"), &row->kinds, err) &&
           words(doc, yaml_get(when, "category"), row->categories, &row->category_count, err) &&
           words(doc, yaml_get(when, "rule"), row->rules, &row->rule_count, err) &&
           range(doc, when, "money_from", "money_below", NUMBER_MONEY, row->money, err) &&
           range(doc, when, "overpaid_from", "overpaid_below", NUMBER_MONEY, row->overpaid, err) &&
           range(doc, when, "underpaid_from", "underpaid_below", NUMBER_MONEY, row->underpaid, err) &&
           range(doc, when, "margin_from", "margin_below", NUMBER_SHARE, row->margin, err) &&
           range(doc, when, "score_from", "score_below", NUMBER_POINTS, row->score, err);
}

static bool
unconditional(const yaml_node_t *node)
{
    const yaml_node_t *when = yaml_get(node, "when");

    return when == NULL || yaml_count(when) == 0;
}

static bool
build(const yaml_doc_t *doc, grades_t *self, err_t *err)
{
    const yaml_node_t *root = yaml_doc_root(doc);
    const yaml_node_t *list;
    const char *status = NULL;
    size_t n;

    if (root == NULL || yaml_kind(root) != YAML_MAP)
        return yaml_fail(doc, root, err, "expected grades, status and rows");
    if (!yaml_check_keys(doc, root, file_keys, err) || !yaml_get_text(doc, root, "status", NULL, &status, err))
        return false;
    list = yaml_get(root, "rows");
    n = list != NULL && yaml_kind(list) == YAML_LIST ? yaml_count(list) : 0;
    if (n == 0)
        return yaml_fail(doc, root, err, "rows: expected a list of grades");
    self->rows = mem_new_array(row_t, n);
    for (size_t i = 0; i < n; i++) {
        self->count = i + 1;
        if (!row_parse(doc, yaml_at(list, i), &self->rows[i], err))
            return false;
        if (i + 1 < n && unconditional(yaml_at(list, i)))
            return yaml_fail(doc, yaml_at(list, i), err, "a row without conditions hides all that follow: put it last");
    }
    if (!unconditional(yaml_at(list, n - 1)))
        return yaml_fail(doc, yaml_at(list, n - 1), err,
                         "the last row must have no condition, so that nothing stays ungraded");
    return true;
}

static bool
finish(const yaml_doc_t *doc, grades_t **ret, err_t *err)
{
    AUTO(grades) self = mem_new(grades_t);

    if (!build(doc, self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

bool
grades_load(const char *path, grades_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_load(path, &doc, err) && finish(doc, ret, err);
}

bool
grades_parse(const char *name, const char *text, size_t n, grades_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_parse(name, text, n, &doc, err) && finish(doc, ret, err);
}

void
grades_destroy(grades_t **self_p)
{
    grades_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->count; i++) {
        mem_free(self->rows[i].name);
        for (size_t k = 0; k < self->rows[i].category_count; k++)
            mem_free(self->rows[i].categories[k]);
        for (size_t k = 0; k < self->rows[i].rule_count; k++)
            mem_free(self->rows[i].rules[k]);
    }
    mem_free(self->rows);
    mem_free(self);
    *self_p = NULL;
}

/* A row that asks for a number which the finding does not have does not match. */
static bool
within(const int64_t limits[2], bool has, int64_t value)
{
    if (limits[0] == INT64_MIN && limits[1] == INT64_MAX)
        return true;
    return has && value >= limits[0] && value < limits[1];
}

static bool
has_word(char *const *list, size_t n, const char *word)
{
    if (n == 0)
        return true;
    for (size_t i = 0; word != NULL && i < n; i++) {
        if (strcmp(list[i], word) == 0)
            return true;
    }
    return false;
}

static bool
matches(const row_t *row, const grade_subject_t *s)
{
    return (row->kinds == 0 || (row->kinds & (1u << s->kind)) != 0) &&
           has_word(row->categories, row->category_count, s->category) &&
           has_word(row->rules, row->rule_count, s->rule) && within(row->money, s->has_money, s->money) &&
           within(row->overpaid, s->has_overpaid, s->overpaid) &&
           within(row->underpaid, s->has_underpaid, s->underpaid) && within(row->margin, s->has_margin, s->margin) &&
           within(row->score, s->has_score, s->score);
}

level_t
grades_level(const grades_t *self, const grade_subject_t *subject, const char **ret_row)
{
    size_t i = 0;

    while (i + 1 < self->count && !matches(&self->rows[i], subject))
        i++;
    if (ret_row != NULL)
        *ret_row = self->rows[i].name;
    return self->rows[i].level;
}
