/* SPDX-License-Identifier: Apache-2.0 */
#include "region_names.h"

#include "domain/region.h"
#include "json/json_in.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (16u * 1024 * 1024)
#define NAME_MAX_BYTES 120
#define COUNTY_DIGITS 6

struct region_names {
    char *path;
    str_t text;
    json_t *tree;
    struct timespec modified;
    off_t size;
    bool seen; /* modified and size are those of a look already taken */
};

region_names_t *
region_names_new(const char *path)
{
    region_names_t *self = mem_new(region_names_t);

    self->path = mem_strdup(path);
    return self;
}

void
region_names_destroy(region_names_t **self_p)
{
    region_names_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    json_destroy(&self->tree);
    str_done(&self->text);
    mem_free(self->path);
    mem_free(self);
}

static bool
is_name(const json_node_t *node)
{
    const char *zh = json_text(json_get(node, "zh"));
    const char *en = json_text(json_get(node, "en"));

    return zh != NULL && en != NULL && strlen(zh) <= NAME_MAX_BYTES && strlen(en) <= NAME_MAX_BYTES;
}

static bool
check(const json_node_t *root, const char *path, err_t *err)
{
    if (json_kind(root) != JSON_OBJECT)
        return err_set(err, ERR_CONFIG, "regions", "%s: expected an object of region codes", path);
    for (const json_node_t *n = json_first(root); n != NULL; n = json_next(n)) {
        if (!region_is_valid(json_key(n)) || !is_name(n))
            return err_set(err, ERR_CONFIG, "regions", "%s: %.16s: expected a region code with zh and en of at most %d bytes",
                           path, json_key(n), NAME_MAX_BYTES);
    }
    return true;
}

static bool
load(region_names_t *self, err_t *err)
{
    AUTO_STR text = STR_INIT;
    AUTO(json) tree = NULL;

    if (!str_read_file(&text, self->path, FILE_MAX, err) || !json_parse(str_c(&text), text.len, &tree, err) ||
        !check(json_root(tree), self->path, err))
        return err_add(err, "regions");
    json_destroy(&self->tree);
    self->tree = TAKE(tree);
    str_done(&self->text);
    self->text = text;
    text = (str_t) STR_INIT;
    return true;
}

bool
region_names_refresh(region_names_t *self, err_t *err)
{
    struct stat st;

    if (stat(self->path, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            self->seen = false;
            return true;
        }
        return err_set(err, ERR_REJECT, "regions", "%s: %s", self->path, strerror(errno));
    }
    if (self->seen && st.st_size == self->size && st.st_mtim.tv_sec == self->modified.tv_sec &&
        st.st_mtim.tv_nsec == self->modified.tv_nsec)
        return true;
    self->seen = true;
    self->size = st.st_size;
    self->modified = st.st_mtim;
    return load(self, err);
}

slice_t
region_names_json(const region_names_t *self)
{
    return self->tree == NULL ? SLICE_LIT("{}") : str_slice(&self->text);
}

void
region_names_write(const region_names_t *self, const char *region, json_out_t *out)
{
    const json_node_t *node = self->tree == NULL ? NULL : json_get(json_root(self->tree), region);

    if (node == NULL) {
        json_out_null(out, "name");
        return;
    }
    json_out_object(out, "name");
    json_out_text(out, "zh", json_text(json_get(node, "zh")));
    json_out_text(out, "en", json_text(json_get(node, "en")));
    json_out_end(out);
}

const char *
region_names_county(const region_names_t *self, const char *region)
{
    if (self->tree == NULL)
        return NULL;
    for (const json_node_t *n = json_first(json_root(self->tree)); n != NULL; n = json_next(n)) {
        const char *code = json_key(n);
        if (strlen(code) == COUNTY_DIGITS && (str_starts(code, region) || str_starts(region, code)))
            return code;
    }
    return NULL;
}
