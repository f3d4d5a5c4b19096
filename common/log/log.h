/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_LOG_LOG_H
#define COMMON_LOG_LOG_H

/* JSON lines on stderr: constant event name and typed fields, no free text with data, no personal data.
 * A string field takes only text that the program itself made (codes, names of datasets, ids). */

#include "base/err.h"
#include "base/uuid.h"
#include <stdint.h>

typedef enum { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT } log_level_t;
typedef enum { LOG_F_END, LOG_F_STR, LOG_F_I64, LOG_F_U64, LOG_F_REAL, LOG_F_BOOL, LOG_F_ID } log_field_kind_t;
typedef struct {
    log_field_kind_t kind;
    const char *name;
    union { const char *s; int64_t i; uint64_t u; double r; bool b; const uuid_t *id; } v;
} log_field_t;
#define F_STR(n, x) ((log_field_t){ .kind = LOG_F_STR, .name = (n), .v.s = (x) })
#define F_I64(n, x) ((log_field_t){ .kind = LOG_F_I64, .name = (n), .v.i = (x) })
#define F_U64(n, x) ((log_field_t){ .kind = LOG_F_U64, .name = (n), .v.u = (x) })
#define F_REAL(n, x) ((log_field_t){ .kind = LOG_F_REAL, .name = (n), .v.r = (x) })
#define F_BOOL(n, x) ((log_field_t){ .kind = LOG_F_BOOL, .name = (n), .v.b = (x) })
#define F_ID(n, x) ((log_field_t){ .kind = LOG_F_ID, .name = (n), .v.id = (x) })

void log_init(const char *service, log_level_t min);
/* Rate limited per event name: after 100 lines in 10 s the rest is counted and told in one line. */
void log_write(log_level_t level, const char *event, const log_field_t *fields /* ends with LOG_F_END */);
#define log_fields_(...) (const log_field_t[]){ __VA_ARGS__ __VA_OPT__(,) { .kind = LOG_F_END } }
#define log_debug(event, ...) log_write(LOG_DEBUG, (event), log_fields_(__VA_ARGS__))
#define log_info(event, ...) log_write(LOG_INFO, (event), log_fields_(__VA_ARGS__))
#define log_warn(event, ...) log_write(LOG_WARN, (event), log_fields_(__VA_ARGS__))
#define log_error(event, ...) log_write(LOG_ERROR, (event), log_fields_(__VA_ARGS__))
/* The one line per error: class, code, sqlstate, origin, text (texts of err_t hold no personal data). */
void log_err(log_level_t level, const char *event, const err_t *err);

#endif
