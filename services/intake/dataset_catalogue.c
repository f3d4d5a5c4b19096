/* SPDX-License-Identifier: Apache-2.0 */
#include "dataset.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGUE_MAX 1024

struct catalogue {
    dataset_t **items;
    size_t count, cap;
};

static int
by_name(const void *a, const void *b)
{
    const dataset_t *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static bool
load_one(catalogue_t *self, const char *dir, const char *schema_dir, const char *file, size_t stem_len, err_t *err)
{
    AUTO_STR yaml = STR_INIT, schema = STR_INIT;
    AUTO(dataset) d = NULL;

    str_printf(&yaml, "%s/%s", dir, file);
    str_printf(&schema, "%s/%.*s.schema.json", schema_dir, (int) stem_len, file);
    if (!dataset_load(str_c(&yaml), str_c(&schema), &d, err))
        return false;
    if (strlen(d->name) != stem_len || strncmp(d->name, file, stem_len) != 0)
        return err_set(err, ERR_CONFIG, "dataset.name", "%s: the file's name and its \"dataset: %s\" differ",
                       str_c(&yaml), d->name);
    if (self->count == CATALOGUE_MAX)
        return err_set(err, ERR_CONFIG, "dataset.many", "%s holds more than %d datasets", dir, CATALOGUE_MAX);
    self->items = mem_grow(self->items, &self->cap, self->count + 1, sizeof(dataset_t *));
    self->items[self->count++] = TAKE(d);
    return true;
}

/* A ref points at records of another dataset; a typing error there would join nothing, silently. */
static bool
check_refs(const catalogue_t *self, err_t *err)
{
    for (size_t i = 0; i < self->count; i++)
        for (size_t f = 0; f < self->items[i]->fact_count; f++) {
            const dataset_fact_t *fact = &self->items[i]->facts[f];
            const dataset_t *to = fact->ref_dataset ? catalogue_find(self, fact->ref_dataset) : NULL;

            if (fact->ref_dataset != NULL && (to == NULL || to->key_count != fact->ref_count))
                return err_set(err, ERR_CONFIG, "dataset.ref", "%s.yaml: ref names %s, which %s", self->items[i]->name,
                               fact->ref_dataset, to == NULL ? "is no dataset" : "has another number of key fields");
        }
    return true;
}

bool
catalogue_load(const char *dir, const char *schema_dir, catalogue_t **ret, err_t *err)
{
    AUTO(catalogue) self = mem_new(catalogue_t);
    DIR *d = opendir(dir);
    bool ok = true;

    if (d == NULL)
        return err_set(err, ERR_CONFIG, "dataset.dir", "%s: %s", dir, strerror(errno));
    for (const struct dirent *e = readdir(d); e != NULL && ok; e = readdir(d)) {
        size_t n = strlen(e->d_name);

        if (n > 5 && e->d_name[0] != '.' && strcmp(e->d_name + n - 5, ".yaml") == 0)
            ok = load_one(self, dir, schema_dir, e->d_name, n - 5, err);
    }
    (void) closedir(d);
    if (!ok)
        return false;
    if (self->count == 0)
        return err_set(err, ERR_CONFIG, "dataset.dir", "%s holds no dataset (<name>.yaml)", dir);
    qsort(self->items, self->count, sizeof(dataset_t *), by_name);
    if (!check_refs(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
catalogue_destroy(catalogue_t **self_p)
{
    catalogue_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->count; i++)
        dataset_destroy(&self->items[i]);
    mem_free(self->items);
    mem_free(self);
    *self_p = NULL;
}

const dataset_t *
catalogue_find(const catalogue_t *self, const char *name)
{
    size_t low = 0, high = self->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = strcmp(name, self->items[mid]->name);

        if (c == 0)
            return self->items[mid];
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

size_t
catalogue_count(const catalogue_t *self)
{
    return self->count;
}

const dataset_t *
catalogue_at(const catalogue_t *self, size_t i)
{
    return self->items[i];
}

void
catalogue_names(const catalogue_t *self, const char *owner, str_t *ret)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->items[i]->owner, owner) != 0)
            continue;
        if (ret->len > 0)
            str_add(ret, ", ");
        str_add(ret, self->items[i]->name);
    }
}
