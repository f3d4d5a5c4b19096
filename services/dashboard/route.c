/* SPDX-License-Identifier: Apache-2.0 */
#include "route.h"

#include "base/num.h"
#include "base/str.h"
#include "words.h"
#include <string.h>

#define OPEN_STATES ((1u << STATE_CLOSED) - 1)
#define ALL_STATES ((1u << STATE_COUNT) - 1)
#define TOWNSHIP_DIGITS 9

const char *const route_names[ROUTE_COUNT] = { "file", "overview", "alerts", "alert", "chain", "regions", "sources", "events" };

static bool
bad(err_t *err, const char *name, const char *what)
{
    (void) err_set(err, ERR_REJECT, "bad_request", "%s: %s", name, what);
    if (err != NULL && str_copy(err->pointer, sizeof(err->pointer), "/"))
        (void) str_copy(err->pointer + 1, sizeof(err->pointer) - 1, name);
    return false;
}

/* Comma-separated words of one table; a repeated parameter adds to the first. */
static bool
take_words(const char *name, const char *value, const char *const *words, size_t n, unsigned *set, err_t *err)
{
    const char *at = value;

    do {
        size_t len = strcspn(at, ",");
        int index = words_index(words, n, at, len);
        if (index < 0)
            return bad(err, name, "an unknown word; schemas/openapi.yaml lists them");
        *set |= 1u << (unsigned) index;
        at += len;
    } while (*at++ == ',');
    return true;
}

static bool
take_region(const char *value, route_t *route, err_t *err)
{
    if (*value != '\0' && !region_is_valid(value))
        return bad(err, "region", "a region has 2, 4, 6, 9 or 12 digits");
    if (route->kind == ROUTE_OVERVIEW && strlen(value) > TOWNSHIP_DIGITS)
        return bad(err, "region", "the register is counted by township: 2, 4, 6 or 9 digits");
    return str_copy(route->region, sizeof(route->region), value) || bad(err, "region", "too long");
}

static bool
take_number(const char *name, const char *value, int64_t min, int64_t max, int64_t *ret, err_t *err)
{
    int64_t v;

    if (!num_i64(value, strlen(value), &v) || v < min || v > max)
        return bad(err, name, "a whole number in range is expected");
    *ret = v;
    return true;
}

static bool
take_state(const char *value, route_t *route, err_t *err)
{
    if (strcmp(value, "all") == 0)
        route->states = ALL_STATES;
    else if (strcmp(value, "unclosed") == 0)
        route->states |= OPEN_STATES;
    else
        return take_words("state", value, state_words, STATE_COUNT, &route->states, err);
    return true;
}

static bool
take_overdue(const char *value, route_t *route, err_t *err)
{
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return bad(err, "overdue", "expected true or false");
    route->overdue = strcmp(value, "true") == 0;
    return true;
}

static bool
take_arg(const char *name, const char *value, route_t *route, err_t *err)
{
    bool list = route->kind == ROUTE_ALERTS;
    bool events = route->kind == ROUTE_EVENTS;

    if (strcmp(name, "region") == 0 && (list || events || route->kind == ROUTE_OVERVIEW))
        return take_region(value, route, err);
    if (strcmp(name, "after") == 0 && (list || events))
        return take_number(name, value, 0, INT64_MAX, &route->after, err);
    if (list && strcmp(name, "state") == 0)
        return take_state(value, route, err);
    if (list && strcmp(name, "level") == 0)
        return take_words(name, value, level_words, LEVEL_COUNT, &route->levels, err);
    if (list && strcmp(name, "kind") == 0)
        return take_words(name, value, kind_words, KIND_COUNT, &route->kinds, err);
    if (list && strcmp(name, "overdue") == 0)
        return take_overdue(value, route, err);
    if (list && strcmp(name, "limit") == 0)
        return take_number(name, value, 1, ROUTE_LIMIT_MAX, &route->limit, err);
    return bad(err, "query", "a parameter that this route does not have; schemas/openapi.yaml lists them");
}

/* "/api/alerts/<uuid>" and "/api/households/<uuid>/chain" */
static bool
take_id(const char *text, const char *suffix, route_t *route, err_t *err)
{
    size_t n = strlen(text);
    size_t tail = strlen(suffix);

    if (n < tail || strcmp(text + n - tail, suffix) != 0)
        return err_set(err, ERR_REJECT, "not_found", "no such route");
    if (!uuid_parse(text, n - tail, &route->id))
        return bad(err, "id", "a UUID is expected");
    return true;
}

static bool
take_path(const char *path, route_t *route, err_t *err)
{
    static const struct {
        const char *path;
        route_kind_t kind;
    } fixed[] = {
        { "/api/overview", ROUTE_OVERVIEW },
        { "/api/alerts", ROUTE_ALERTS },
        { "/api/regions", ROUTE_REGIONS },
        { "/api/sources", ROUTE_SOURCES },
        { "/api/events", ROUTE_EVENTS },
    };
    static const char alerts[] = "/api/alerts/";
    static const char households[] = "/api/households/";

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (strcmp(path, fixed[i].path) == 0) {
            route->kind = fixed[i].kind;
            return true;
        }
    }
    if (str_starts(path, alerts)) {
        route->kind = ROUTE_ALERT;
        return take_id(path + sizeof(alerts) - 1, "", route, err);
    }
    if (str_starts(path, households)) {
        route->kind = ROUTE_CHAIN;
        return take_id(path + sizeof(households) - 1, "/chain", route, err);
    }
    if (str_starts(path, "/api/") || strcmp(path, "/api") == 0)
        return err_set(err, ERR_REJECT, "not_found", "no such route");
    route->kind = ROUTE_FILE;
    return true;
}

bool
route_parse(const char *path, const route_arg_t *args, size_t n, route_t *ret, err_t *err)
{
    route_t route = { .overdue = -1, .after = -1, .limit = ROUTE_LIMIT_DEFAULT };

    if (!take_path(path, &route, err))
        return false;
    for (size_t i = 0; i < n && route.kind != ROUTE_FILE; i++) {
        if (args[i].name[0] != '\0' && !take_arg(args[i].name, args[i].value == NULL ? "" : args[i].value, &route, err))
            return false;
    }
    if (route.states == 0)
        route.states = OPEN_STATES;
    *ret = route;
    return true;
}

int64_t
route_event_id(const char *text)
{
    int64_t id;

    return text != NULL && num_i64(text, strlen(text), &id) && id >= 0 ? id : -1;
}

bool
route_host_is_allowed(const char *host, const char *allowed)
{
    size_t len;

    if (host == NULL)
        return strcmp(allowed, "*") == 0;
    if (host[0] == '[') {
        host++;
        len = strcspn(host, "]");
    } else {
        len = strcspn(host, ":");
    }
    for (const char *at = allowed; *at != '\0';) {
        size_t n = strcspn(at, ",");
        if ((n == 1 && *at == '*') || (n == len && strncasecmp(at, host, n) == 0))
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}
