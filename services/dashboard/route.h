/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_ROUTE_H
#define DASHBOARD_ROUTE_H

/* What a request asks for: path and query, checked.  Pure; schemas/openapi.yaml says the same in words. */

#include "base/err.h"
#include "base/uuid.h"
#include "domain/region.h"
#include <stdint.h>

typedef enum {
    ROUTE_FILE, /* anything outside /api/ */
    ROUTE_OVERVIEW,
    ROUTE_ALERTS,
    ROUTE_ALERT,
    ROUTE_CHAIN,
    ROUTE_REGIONS,
    ROUTE_SOURCES,
    ROUTE_EVENTS,
    ROUTE_COUNT
} route_kind_t;
extern const char *const route_names[ROUTE_COUNT]; /* for metrics and logs, which never hold the path itself */

#define ROUTE_LIMIT_DEFAULT 50
#define ROUTE_LIMIT_MAX 500

typedef struct {
    const char *name, *value; /* decoded; value NULL or "" when there is none */
} route_arg_t;

typedef struct {
    route_kind_t kind;
    uuid_t id;                 /* alert or household */
    char region[REGION_SIZE];  /* "" = everything */
    unsigned states, levels, kinds; /* one bit per word of words.h; levels and kinds: 0 = all */
    int overdue;               /* -1 = either, 0 = not, 1 = only */
    int64_t after;             /* alerts: the `next` of the page before; events: the last seq seen; -1 = none */
    int64_t limit;
} route_t;

/* ERR_REJECT not_found (no such route) or bad_request naming the parameter, with err->pointer "/name". */
bool route_parse(const char *path, const route_arg_t *args, size_t n, route_t *ret, err_t *err) NODISCARD;
/* A Last-Event-ID header; -1 when it is not one of ours. */
int64_t route_event_id(const char *text);
/* "localhost:8080", "127.0.0.1", "[::1]:8080" against a comma-separated list of names; "*" allows any. */
bool route_host_is_allowed(const char *host, const char *allowed);

#endif
