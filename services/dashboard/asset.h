/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_ASSET_H
#define DASHBOARD_ASSET_H

/* The built page, read whole into memory: what is served is what the table holds, so no path can lead out of it. */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

typedef struct {
    char *path; /* "/assets/index-abc.js" */
    const char *type;
    char etag[20]; /* with its quotes */
    bool immutable; /* its name changes with its content */
    str_t bytes;
} asset_t;

typedef struct assets assets_t;
/* Reads the directory (regular files only, bounded in number and size).  ERR_CONFIG names what is wrong. */
bool assets_load(const char *dir, assets_t **ret, err_t *err) NODISCARD;
void assets_destroy(assets_t **self_p);
size_t assets_count(const assets_t *self);
/* "/" is index.html; NULL when there is no such file. */
const asset_t *assets_find(const assets_t *self, const char *path);
/* Does an If-None-Match header name this tag (or "*")? */
bool asset_is_match(const asset_t *asset, const char *if_none_match);

#endif
