/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/calendar.h"

#include "base/mem.h"
#include "config/yaml_doc.h"

#include <string.h>

#define RANGE_DAYS_MAX 31

typedef struct {
    const yaml_doc_t *doc;
    calendar_t *calendar;
    err_t *err;
} load_t;

/* "2024-06-10" or "2024-02-10..2024-02-17" */
static bool
read_range(const load_t *l, const yaml_node_t *n, int32_t *ret_from, int32_t *ret_to)
{
    const char *s = yaml_text(n);
    size_t len = s == NULL ? 0 : strlen(s);

    if (len == 10 && date_parse(s, 10, ret_from)) {
        *ret_to = *ret_from;
        return true;
    }
    if (len == 22 && memcmp(s + 10, "..", 2) == 0 && date_parse(s, 10, ret_from) && date_parse(s + 12, 10, ret_to) &&
        *ret_from <= *ret_to && *ret_to - *ret_from < RANGE_DAYS_MAX)
        return true;
    return yaml_fail(l->doc, n, l->err, "expected a day \"2024-06-10\" or days \"2024-02-10..2024-02-17\"");
}

static bool
list_days(const load_t *l, const yaml_node_t *n, bool working)
{
    int32_t from = 0, to = 0;

    if (!read_range(l, n, &from, &to))
        return false;
    for (int32_t day = from; day <= to; day++) {
        if (working && calendar_is_working(l->calendar, day))
            return yaml_fail(l->doc, n, l->err, "a make-up day must fall on a weekend");
        if (!calendar_list(l->calendar, day, working))
            return yaml_fail(l->doc, n, l->err, "this day is listed twice");
    }
    return true;
}

/* A single value or a list of them. */
static bool
list_all(const load_t *l, const yaml_node_t *n, bool working)
{
    if (n == NULL)
        return true;
    if (yaml_kind(n) == YAML_SCALAR)
        return list_days(l, n, working);
    for (size_t i = 0; i < yaml_count(n); i++)
        if (!list_days(l, yaml_at(n, i), working))
            return false;
    return true;
}

static bool
load_year(const load_t *l, const yaml_node_t *year)
{
    static const char *const year_keys[] = { "source", "holidays", NULL };
    static const char *const holiday_keys[] = { "name", "off", "on", NULL };
    const yaml_node_t *holidays;
    const char *source;

    if (!yaml_check_keys(l->doc, year, year_keys, l->err) ||
        !yaml_get_text(l->doc, year, "source", NULL, &source, l->err))
        return false;
    holidays = yaml_get(year, "holidays");
    if (holidays == NULL || yaml_kind(holidays) != YAML_LIST)
        return yaml_fail(l->doc, year, l->err, "\"holidays\" must be a list");
    for (size_t i = 0; i < yaml_count(holidays); i++) {
        const yaml_node_t *h = yaml_at(holidays, i);
        if (!yaml_check_keys(l->doc, h, holiday_keys, l->err) || !list_all(l, yaml_get(h, "off"), false) ||
            !list_all(l, yaml_get(h, "on"), true))
            return false;
    }
    return true;
}

bool
calendar_load(const char *path, calendar_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;
    AUTO(calendar) calendar = calendar_new();

    if (!yaml_doc_load(path, &doc, err))
        return err_add(err, "calendar");

    load_t l = { .doc = doc, .calendar = calendar, .err = err };
    const yaml_node_t *root = yaml_doc_root(doc);
    const yaml_node_t *years = yaml_get(root, "years");
    if (years == NULL || yaml_kind(years) != YAML_MAP)
        return yaml_fail(doc, root, err, "expected \"years\", a map from year to its holidays");
    for (size_t i = 0; i < yaml_count(years); i++)
        if (!load_year(&l, yaml_at(years, i)))
            return err_add(err, "calendar");
    *ret = TAKE(calendar);
    return true;
}
