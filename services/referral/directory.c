/* SPDX-License-Identifier: Apache-2.0 */
#include "directory.h"

#include "base/mem.h"
#include "base/str.h"
#include "config/yaml_doc.h"
#include "domain/region.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct directory {
    programme_t *programmes;
    size_t count, cap;
};

static const char *const file_keys[] = { "organisation", "name", "programmes", NULL };
static const char *const programme_keys[] = { "programme", "title",    "needs",  "categories", "regions", "capacity",
                                              "answer_within", "order", "auto_offer", "basis", NULL };
static const char *const title_keys[] = { "zh", "en", NULL };

static bool
is_word(const char *text)
{
    return text[0] != '\0' && strlen(text) < REFERRAL_WORD_SIZE &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static bool
parse_needs(const yaml_doc_t *doc, const yaml_node_t *node, programme_t *p, err_t *err)
{
    const yaml_node_t *list = yaml_get(node, "needs");

    if (list == NULL || yaml_kind(list) != YAML_LIST || yaml_count(list) == 0)
        return yaml_fail(doc, node, err, "needs: expected a list of what it helps with");
    for (size_t i = 0; i < yaml_count(list); i++) {
        int need = str_index(yaml_text(yaml_at(list, i)), need_names, NEED_COUNT);

        if (need < 0)
            return yaml_fail(
                doc, yaml_at(list, i), err,
                "expected medical, education, housing, employment, disaster, urgent, care, charity or other");
        p->needs |= 1u << need;
    }
    return true;
}

static bool
parse_categories(const yaml_doc_t *doc, const yaml_node_t *node, programme_t *p, err_t *err)
{
    const yaml_node_t *list = yaml_get(node, "categories");
    size_t n = list != NULL && yaml_kind(list) == YAML_LIST ? yaml_count(list) : 0;

    if (list != NULL && (yaml_kind(list) != YAML_LIST || n == 0 || n > PROGRAMME_LIST_MAX))
        return yaml_fail(doc, list, err, "categories: expected 1 to %d categories, or leave it out for all",
                         PROGRAMME_LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *text = yaml_text(yaml_at(list, i));

        if (text == NULL || !is_word(text))
            return yaml_fail(doc, yaml_at(list, i), err, "expected a category, such as dibao");
        p->categories[p->category_count++] = mem_strdup(text);
    }
    return true;
}

static bool
parse_regions(const yaml_doc_t *doc, const yaml_node_t *node, programme_t *p, err_t *err)
{
    const yaml_node_t *list = yaml_get(node, "regions");
    size_t n = list != NULL && yaml_kind(list) == YAML_LIST ? yaml_count(list) : 0;

    if (n == 0 || n > PROGRAMME_LIST_MAX)
        return yaml_fail(doc, node, err, "regions: expected 1 to %d region codes", PROGRAMME_LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *text = yaml_text(yaml_at(list, i));

        if (text == NULL || !region_is_valid(text))
            return yaml_fail(doc, yaml_at(list, i), err, "a region has 2, 4, 6, 9 or 12 digits; quote it");
        (void) str_copy(p->regions[p->region_count++], REFERRAL_REGION_SIZE, text);
    }
    return true;
}

/* { zh: …, en: … } */
static bool
parse_bilingual(const yaml_doc_t *doc, const yaml_node_t *node, const char *key, char **ret_zh, char **ret_en,
                err_t *err)
{
    const yaml_node_t *title = yaml_get(node, key);
    const char *zh = NULL, *en = NULL;

    if (title == NULL || yaml_kind(title) != YAML_MAP)
        return yaml_fail(doc, node, err, "%s: expected { zh: …, en: … }", key);
    if (!yaml_check_keys(doc, title, title_keys, err) || !yaml_get_text(doc, title, "zh", NULL, &zh, err) ||
        !yaml_get_text(doc, title, "en", NULL, &en, err))
        return false;
    *ret_zh = mem_strdup(zh);
    *ret_en = mem_strdup(en);
    return true;
}

static bool
parse_titles(const yaml_doc_t *doc, const yaml_node_t *node, programme_t *p, err_t *err)
{
    const char *basis = NULL;

    if (!parse_bilingual(doc, yaml_doc_root(doc), "name", &p->organisation_zh, &p->organisation_en, err) ||
        !parse_bilingual(doc, node, "title", &p->title_zh, &p->title_en, err) ||
        !yaml_get_text(doc, node, "basis", NULL, &basis, err))
        return false;
    p->basis = mem_strdup(basis);
    return true;
}

static bool
parse_programme(const yaml_doc_t *doc, const yaml_node_t *node, const char *organisation, programme_t *p, err_t *err)
{
    const char *id = NULL;
    const int64_t no_limit = -1, within = 5, order = 100;
    const bool automatic = false;

    if (yaml_kind(node) != YAML_MAP)
        return yaml_fail(doc, node, err, "programmes: expected a programme");
    if (!yaml_check_keys(doc, node, programme_keys, err) || !yaml_get_text(doc, node, "programme", NULL, &id, err))
        return false;
    if (!is_word(id))
        return yaml_fail(doc, node, err, "programme: expected a name of lower-case letters, digits, - and _");
    (void) str_copy(p->id, sizeof(p->id), id);
    (void) str_copy(p->organisation, sizeof(p->organisation), organisation);
    return parse_titles(doc, node, p, err) && parse_needs(doc, node, p, err) && parse_categories(doc, node, p, err) &&
           parse_regions(doc, node, p, err) &&
           yaml_get_i64(doc, node, "capacity", &no_limit, -1, INT64_C(1) << 40, &p->capacity, err) &&
           yaml_get_i64(doc, node, "answer_within", &within, 1, 250, &p->answer_within, err) &&
           yaml_get_i64(doc, node, "order", &order, 0, 1000000, &p->order, err) &&
           yaml_get_bool(doc, node, "auto_offer", &automatic, &p->auto_offer, err);
}

static bool
add_file(directory_t *self, const yaml_doc_t *doc, err_t *err)
{
    const yaml_node_t *root = yaml_doc_root(doc);
    const yaml_node_t *list;
    const char *organisation = NULL;

    if (root == NULL || yaml_kind(root) != YAML_MAP)
        return yaml_fail(doc, root, err, "expected organisation, name and programmes");
    if (!yaml_check_keys(doc, root, file_keys, err) ||
        !yaml_get_text(doc, root, "organisation", NULL, &organisation, err))
        return false;
    if (!is_word(organisation))
        return yaml_fail(
            doc, root, err,
            "organisation: expected lower-case letters, digits, - and _ (as in `keys new --organisation`)");
    list = yaml_get(root, "programmes");
    if (list == NULL || yaml_kind(list) != YAML_LIST)
        return yaml_fail(doc, root, err, "programmes: expected a list");
    for (size_t i = 0; i < yaml_count(list); i++) {
        programme_t *p;

        if (self->count == self->cap)
            self->programmes = mem_grow(self->programmes, &self->cap, self->count + 1, sizeof(*self->programmes));
        p = &self->programmes[self->count++];
        if (!parse_programme(doc, yaml_at(list, i), organisation, p, err))
            return false;
        for (size_t k = 0; k + 1 < self->count; k++) {
            if (strcmp(self->programmes[k].id, p->id) == 0)
                return yaml_fail(doc, yaml_at(list, i), err, "programme %s is there twice", p->id);
        }
    }
    return true;
}

static int
by_order(const void *a, const void *b)
{
    const programme_t *x = a;
    const programme_t *y = b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void
sort(directory_t *self)
{
    if (self->count > 1)
        qsort(self->programmes, self->count, sizeof(*self->programmes), by_order);
}

static int
is_yaml(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return n > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

bool
directory_load(const char *dir, directory_t **ret, err_t *err)
{
    AUTO(directory) self = mem_new(directory_t);
    struct dirent **entries = NULL;
    int n = scandir(dir, &entries, is_yaml, alphasort);
    bool ok = true;

    if (n < 0)
        return err_set(err, ERR_CONFIG, "programmes.dir", "%s: %s", dir, strerror(errno));
    for (int i = 0; i < n; i++) {
        AUTO(yaml_doc) doc = NULL;
        AUTO_STR path = STR_INIT;

        str_printf(&path, "%s/%s", dir, entries[i]->d_name);
        ok = ok && yaml_doc_load(path.ptr, &doc, err) && add_file(self, doc, err);
        free(entries[i]);
    }
    free(entries);
    if (!ok)
        return false;
    sort(self);
    *ret = TAKE(self);
    return true;
}

bool
directory_parse(const char *name, const char *text, size_t n, directory_t **ret, err_t *err)
{
    AUTO(directory) self = mem_new(directory_t);
    AUTO(yaml_doc) doc = NULL;

    if (!yaml_doc_parse(name, text, n, &doc, err) || !add_file(self, doc, err))
        return false;
    sort(self);
    *ret = TAKE(self);
    return true;
}

void
directory_destroy(directory_t **self_p)
{
    directory_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->count; i++) {
        programme_t *p = &self->programmes[i];

        mem_free(p->organisation_zh);
        mem_free(p->organisation_en);
        mem_free(p->title_zh);
        mem_free(p->title_en);
        mem_free(p->basis);
        for (size_t k = 0; k < p->category_count; k++)
            mem_free(p->categories[k]);
    }
    mem_free(self->programmes);
    mem_free(self);
    *self_p = NULL;
}

size_t
directory_count(const directory_t *self)
{
    return self->count;
}

const programme_t *
directory_at(const directory_t *self, size_t i)
{
    REQUIRE(i < self->count);
    return &self->programmes[i];
}

size_t
directory_find(const directory_t *self, const char *programme)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->programmes[i].id, programme) == 0)
            return i;
    }
    return SIZE_MAX;
}
