/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml_doc.h"

#include "base/num.h"

#include <stdarg.h>
#include <string.h>

bool
yaml_fail(const yaml_doc_t *d, const yaml_node_t *n, err_t *err, const char *fmt, ...)
{
    char what[ERR_TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    int len = vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    if (len < 0)
        what[0] = '\0';
    if (n == NULL)
        return err_set(err, ERR_CONFIG, "yaml", "%s: %s", yaml_doc_name(d), what);
    return err_set(err, ERR_CONFIG, "yaml", "%s:%u:%u: %s", yaml_doc_name(d), yaml_line(n), yaml_column(n), what);
}

/* *ret_node is NULL when the key is absent and has a default. */
static bool
find(const yaml_doc_t *d, const yaml_node_t *map, const char *key, bool has_default, const yaml_node_t **ret_node,
     err_t *err)
{
    if (map != NULL && yaml_kind(map) != YAML_MAP)
        return yaml_fail(d, map, err, "expected a map with the key \"%s\"", key);
    const yaml_node_t *n = yaml_get(map, key);
    if (n == NULL && !has_default)
        return yaml_fail(d, map, err, "the key \"%s\" is missing", key);
    if (n != NULL && yaml_kind(n) != YAML_SCALAR)
        return yaml_fail(d, n, err, "\"%s\" must be a plain value", key);
    *ret_node = n;
    return true;
}

bool
yaml_get_text(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const char *def, const char **ret,
              err_t *err)
{
    const yaml_node_t *n = NULL;

    if (!find(d, map, key, def != NULL, &n, err))
        return false;
    *ret = n == NULL ? def : yaml_text(n);
    return true;
}

bool
yaml_get_i64(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const int64_t *def, int64_t min, int64_t max,
             int64_t *ret, err_t *err)
{
    const yaml_node_t *n = NULL;
    int64_t v;

    if (!find(d, map, key, def != NULL, &n, err))
        return false;
    if (n == NULL) {
        *ret = *def;
        return true;
    }
    if (yaml_is_quoted(n) || !num_i64(yaml_text(n), strlen(yaml_text(n)), &v) || v < min || v > max)
        return yaml_fail(d, n, err, "\"%s\" must be an integer from %lld to %lld", key, (long long) min,
                         (long long) max);
    *ret = v;
    return true;
}

bool
yaml_get_real(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const double *def, double *ret, err_t *err)
{
    const yaml_node_t *n = NULL;
    double v;

    if (!find(d, map, key, def != NULL, &n, err))
        return false;
    if (n == NULL) {
        *ret = *def;
        return true;
    }
    if (yaml_is_quoted(n) || !num_real(yaml_text(n), strlen(yaml_text(n)), &v))
        return yaml_fail(d, n, err, "\"%s\" must be a number", key);
    *ret = v;
    return true;
}

bool
yaml_get_bool(const yaml_doc_t *d, const yaml_node_t *map, const char *key, const bool *def, bool *ret, err_t *err)
{
    const yaml_node_t *n = NULL;

    if (!find(d, map, key, def != NULL, &n, err))
        return false;
    if (n == NULL) {
        *ret = *def;
        return true;
    }
    bool yes = strcmp(yaml_text(n), "true") == 0, no = strcmp(yaml_text(n), "false") == 0;
    if (yaml_is_quoted(n) || yes == no)
        return yaml_fail(d, n, err, "\"%s\" must be true or false", key);
    *ret = yes;
    return true;
}

bool
yaml_check_keys(const yaml_doc_t *d, const yaml_node_t *map, const char *const *allowed, err_t *err)
{
    size_t n = 0;

    if (yaml_kind(map) != YAML_MAP)
        return yaml_fail(d, map, err, "expected a map");
    while (allowed[n] != NULL)
        n++;
    for (size_t i = 0; i < yaml_count(map); i++) {
        if (str_in(yaml_key_at(map, i), allowed, n))
            continue;
        AUTO_STR list = STR_INIT;
        for (size_t k = 0; k < n; k++)
            str_printf(&list, "%s%s", k == 0 ? "" : ", ", allowed[k]);
        return yaml_fail(d, yaml_key_node_at(map, i), err, "unknown key \"%s\"; known: %s", yaml_key_at(map, i),
                         str_c(&list));
    }
    return true;
}
