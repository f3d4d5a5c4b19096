/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CONFIG_YAML_DOC_H
#define COMMON_CONFIG_YAML_DOC_H

/* A YAML file as a small read-only tree that knows file, line and column of each node.
 * Refused: aliases, anchors, tags, duplicate keys, second documents, files over the limit, depth over 64.
 * A file without content is an empty map. */

#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

typedef enum { YAML_SCALAR, YAML_LIST, YAML_MAP } yaml_kind_t;
typedef struct yaml_node yaml_node_t;
typedef struct yaml_doc yaml_doc_t;

bool yaml_doc_load(const char *path, yaml_doc_t **ret, err_t *err) NODISCARD; /* ERR_CONFIG with path:line:col */
bool yaml_doc_parse(const char *name, const char *text, size_t n, yaml_doc_t **ret, err_t *err) NODISCARD;
void yaml_doc_destroy(yaml_doc_t **self_p);
const yaml_node_t *yaml_doc_root(const yaml_doc_t *self);
const char *yaml_doc_name(const yaml_doc_t *self);

yaml_kind_t yaml_kind(const yaml_node_t *n);
unsigned yaml_line(const yaml_node_t *n);   /* from 1 */
unsigned yaml_column(const yaml_node_t *n); /* from 1 */
bool yaml_is_quoted(const yaml_node_t *n);
const char *yaml_text(const yaml_node_t *n); /* scalar only, NUL-terminated; NULL for others */
size_t yaml_count(const yaml_node_t *n);     /* entries of a list or map, 0 for scalars */
const yaml_node_t *yaml_at(const yaml_node_t *n, size_t i);             /* list item, or value of the i-th entry */
const char *yaml_key_at(const yaml_node_t *n, size_t i);                /* map only */
const yaml_node_t *yaml_key_node_at(const yaml_node_t *n, size_t i);    /* the key's own place */
const yaml_node_t *yaml_get(const yaml_node_t *map, const char *key);   /* NULL when absent; NULL-safe */
/* Typed reads; false sets ERR_CONFIG "file:line:col: …". A missing key is an error unless it has a default. */
bool yaml_get_text(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const char *def, const char **ret,
                   err_t *err) NODISCARD;
bool yaml_get_i64(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const int64_t *def, int64_t min,
                  int64_t max, int64_t *ret, err_t *err) NODISCARD;
bool yaml_get_real(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const double *def, double *ret,
                   err_t *err) NODISCARD;
bool yaml_get_bool(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const bool *def, bool *ret,
                   err_t *err) NODISCARD;
/* Refuses a key that is not in `allowed` (NULL-terminated). */
bool yaml_check_keys(const yaml_doc_t *d, const yaml_node_t *map, const char *const *allowed, err_t *err) NODISCARD;
bool yaml_fail(const yaml_doc_t *d, const yaml_node_t *n, err_t *err, const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
