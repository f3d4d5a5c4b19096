/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CONFIG_CONFIG_H
#define COMMON_CONFIG_CONFIG_H

/* One table per service.  The file is flat YAML with dotted or nested keys ("bind.request"); `--set key=value` overrides.
 * Unknown, duplicate or out-of-range keys are ERR_CONFIG with line and column. */

#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

typedef enum { CFG_TEXT, CFG_INT, CFG_REAL, CFG_BOOL, CFG_PATH } cfg_kind_t;
enum { CFG_RELOAD = 1, CFG_SECRET = 2, CFG_REQUIRED = 4 };
typedef struct {
    const char *key;
    cfg_kind_t kind;
    size_t offset; /* into the service's config struct: char * | int64_t | double | bool | char * */
    const char *def;
    double min, max; /* CFG_INT, CFG_REAL; both 0 = unbounded */
    unsigned flags;
    const char *doc;
} cfg_item_t; /* ends with .key == NULL */

typedef struct {
    const char *file;         /* may be NULL: defaults only */
    const char *const *sets;  /* "key=value", NULL-terminated; may be NULL */
} cfg_source_t;

/* Fills `ret` (char * members are owned by it; free with config_done).  On failure ret is untouched. */
bool config_load(const cfg_item_t *const *tables /* NULL-terminated */, const cfg_source_t *src, void *const *ret,
                 err_t *err) NODISCARD;
void config_done(const cfg_item_t *table, void *cfg);
void config_dump(const cfg_item_t *table, const void *cfg, str_t *ret); /* YAML, secrets masked, with docs as comments */
/* The only reader of the environment. */
const char *config_env(const char *name);

#endif
