/* SPDX-License-Identifier: Apache-2.0 */
#include "asset.h"

#include "base/hash.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 256
#define FILE_MAX (8u * 1024 * 1024)
#define DEPTH_MAX 4
#define TAG_BYTES 8

struct assets {
    asset_t *files;
    size_t count, cap;
};

static const struct {
    const char *suffix, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".ico", "image/x-icon" },
    { ".json", "application/json" },
    { ".webmanifest", "application/manifest+json" },
    { ".woff2", "font/woff2" },
    { ".txt", "text/plain; charset=utf-8" },
};

static const char *
type_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && i < COUNT_OF(types); i++)
        if (strcmp(types[i].suffix, dot) == 0)
            return types[i].type;
    return "application/octet-stream";
}

static bool
add_file(assets_t *self, const char *file, const char *path, err_t *err)
{
    AUTO_STR bytes = STR_INIT;
    hash_t hash;
    char hex[2 * TAG_BYTES + 1];

    if (self->count == FILES_MAX)
        return err_set(err, ERR_CONFIG, "web", "%s: more than %d files", file, FILES_MAX);
    if (!str_read_file(&bytes, file, FILE_MAX, err))
        return false;
    self->files = mem_grow(self->files, &self->cap, self->count + 1, sizeof(*self->files));
    asset_t *asset = &self->files[self->count++];
    hash_of(str_c(&bytes), bytes.len, &hash);
    str_hex(hash.b, TAG_BYTES, hex);
    *asset = (asset_t){ .path = mem_strdup(path),
                        .type = type_of(path),
                        .immutable = str_starts(path, "/assets/"),
                        .bytes = bytes };
    (void) snprintf(asset->etag, sizeof(asset->etag), "\"%s\"", hex);
    bytes = (str_t) STR_INIT;
    return true;
}

static bool read_dir(assets_t *self, const char *dir, const char *path, unsigned depth, err_t *err);

static bool
add_entry(assets_t *self, const char *dir, const char *path, const char *name, unsigned depth, err_t *err)
{
    AUTO_STR file = STR_INIT;
    AUTO_STR under = STR_INIT;
    struct stat st;

    if (name[0] == '.')
        return true;
    str_printf(&file, "%s/%s", dir, name);
    str_printf(&under, "%s/%s", path, name);
    if (lstat(file.ptr, &st) != 0)
        return err_set(err, ERR_CONFIG, "web", "%s: %s", file.ptr, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return read_dir(self, file.ptr, under.ptr, depth + 1, err);
    return !S_ISREG(st.st_mode) || add_file(self, file.ptr, under.ptr, err);
}

static bool
read_dir(assets_t *self, const char *dir, const char *path, unsigned depth, err_t *err)
{
    DIR *d;
    bool ok = true;

    if (depth > DEPTH_MAX)
        return err_set(err, ERR_CONFIG, "web", "%s: directories too deep", dir);
    d = opendir(dir);
    if (d == NULL)
        return err_set(err, ERR_CONFIG, "web", "%s: %s (build it: cd services/dashboard/web && npm ci && npm run build)", dir,
                       strerror(errno));
    for (const struct dirent *e = readdir(d); ok && e != NULL; e = readdir(d))
        ok = add_entry(self, dir, path, e->d_name, depth, err);
    (void) closedir(d);
    return ok;
}

bool
assets_load(const char *dir, assets_t **ret, err_t *err)
{
    AUTO(assets) self = mem_new(assets_t);

    if (!read_dir(self, dir, "", 0, err))
        return false;
    if (assets_find(self, "/") == NULL)
        return err_set(err, ERR_CONFIG, "web", "%s: holds no index.html", dir);
    *ret = TAKE(self);
    return true;
}

void
assets_destroy(assets_t **self_p)
{
    assets_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    for (size_t i = 0; i < self->count; i++) {
        mem_free(self->files[i].path);
        str_done(&self->files[i].bytes);
    }
    mem_free(self->files);
    mem_free(self);
}

size_t
assets_count(const assets_t *self)
{
    return self == NULL ? 0 : self->count;
}

const asset_t *
assets_find(const assets_t *self, const char *path)
{
    if (self == NULL)
        return NULL;
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->files[i].path, path) == 0)
            return &self->files[i];
    return NULL;
}

bool
asset_is_match(const asset_t *asset, const char *if_none_match)
{
    const char *at = if_none_match;

    while (at != NULL && *at != '\0') {
        at += strspn(at, " \t,");
        size_t n = strcspn(at, " \t,");
        if (n == 1 && *at == '*')
            return true;
        if (n > 2 && strncmp(at, "W/", 2) == 0) {
            at += 2;
            n -= 2;
        }
        if (n == strlen(asset->etag) && strncmp(at, asset->etag, n) == 0)
            return true;
        at += n;
    }
    return false;
}
