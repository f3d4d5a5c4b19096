/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/key_rights.h"

#include "bus/bus.h"
#include "bus/keys.h"

#include <string.h>

/* What a topic's first part means: the stream that it belongs to and how rights cut it. */
typedef enum { BY_NOTHING, BY_DATASET, BY_REGION, BY_ORGANISATION } cut_t;
typedef struct {
    const char *prefix; /* with its '/', or the whole topic */
    const char *stream;
    cut_t cut;
} family_t;

static const family_t families[] = {
    { "fact/", "facts", BY_DATASET },           { "audit/", "audit", BY_NOTHING },
    { "finding/", "findings", BY_REGION },      { "day", "findings", BY_NOTHING },
    { "alert/", "alerts", BY_REGION },          { "referral/", "referrals", BY_REGION },
    { "provider/", "referrals", BY_ORGANISATION },
};
#define FAMILY_COUNT (sizeof(families) / sizeof(families[0]))

bool
key_list_next(slice_t *rest, slice_t *ret_item)
{
    while (rest->len > 0) {
        const char *comma = memchr(rest->ptr, ',', rest->len);
        size_t n = comma == NULL ? rest->len : (size_t) (comma - rest->ptr);
        slice_t item = { rest->ptr, n };
        size_t used = comma == NULL ? n : n + 1;

        *rest = (slice_t){ rest->ptr + used, rest->len - used };
        while (item.len > 0 && item.ptr[0] == ' ')
            item = (slice_t){ item.ptr + 1, item.len - 1 };
        while (item.len > 0 && item.ptr[item.len - 1] == ' ')
            item.len--;
        if (item.len > 0) {
            *ret_item = item;
            return true;
        }
    }
    return false;
}

static bool
item_matches(slice_t item, slice_t wanted)
{
    if (slice_eq_str(item, "*"))
        return true;
    if (item.len > 2 && memcmp(item.ptr + item.len - 2, ".*", 2) == 0)
        return wanted.len > item.len - 1 && memcmp(wanted.ptr, item.ptr, item.len - 1) == 0;
    return slice_eq(item, wanted);
}

static bool
list_has(const char *list, slice_t wanted)
{
    slice_t rest = slice_of(list);
    slice_t item;

    if (wanted.len == 0)
        return false;
    while (key_list_next(&rest, &item))
        if (item_matches(item, wanted))
            return true;
    return false;
}

bool
bus_key_list_has(const char *list, const char *item)
{
    return list_has(list, slice_of(item));
}

static bool
covers_region(const bus_key_t *key, slice_t region)
{
    slice_t rest = slice_of(key->regions);
    slice_t item;

    while (key_list_next(&rest, &item)) {
        if (slice_eq_str(item, "*"))
            return true;
        if (region.len >= item.len && memcmp(region.ptr, item.ptr, item.len) == 0)
            return true;
    }
    return false;
}

bool
bus_key_covers_region(const bus_key_t *self, const char *region)
{
    return covers_region(self, slice_of(region));
}

/* A key without datasets reads them all when it may read the stream; one with datasets reads just those. */
static bool
covers_dataset(const bus_key_t *key, slice_t dataset)
{
    return key->datasets[0] == '\0' || list_has(key->datasets, dataset);
}

static bool
covers_organisation(const bus_key_t *key, slice_t organisation)
{
    return key->organisation[0] != '\0' &&
           (strcmp(key->organisation, "*") == 0 || slice_eq_str(organisation, key->organisation));
}

bool
bus_key_may_topic(const bus_key_t *self, const char *topic)
{
    if (str_starts(topic, "beat/"))
        return bus_key_list_has(self->streams, topic + strlen("beat/"));

    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        const family_t *f = &families[i];
        size_t n = strlen(f->prefix);
        bool whole = f->prefix[n - 1] != '/';

        if (whole ? strcmp(topic, f->prefix) != 0 : !str_starts(topic, f->prefix))
            continue;
        if (!bus_key_list_has(self->streams, f->stream))
            return false;

        const char *second = topic + n;
        const char *slash = strchr(second, '/');
        slice_t part = { second, slash == NULL ? strlen(second) : (size_t) (slash - second) };
        switch (f->cut) {
        case BY_NOTHING:
            return true;
        case BY_DATASET:
            return covers_dataset(self, slice_of(second));
        case BY_REGION:
            return covers_region(self, part);
        case BY_ORGANISATION:
            return covers_organisation(self, part);
        }
    }
    return false;
}

/* Adds what lies both under `allowed` (first + rest) and under `wanted`: the longer of the two when one starts the other. */
static void
add_common(const char *first, slice_t rest, const char *wanted, str_t *ret)
{
    AUTO_STR allowed = STR_INIT;

    str_add(&allowed, first);
    str_add_n(&allowed, rest.ptr, rest.len);
    const char *longer = NULL;
    if (str_starts(allowed.ptr, wanted))
        longer = allowed.ptr;
    else if (str_starts(wanted, allowed.ptr))
        longer = wanted;
    if (longer != NULL) {
        str_add(ret, longer);
        str_add_char(ret, '\n');
    }
}

/* One allowed prefix for each item of a list; "*" allows the family. */
static void
add_list(const char *first, const char *list, const char *wanted, str_t *ret)
{
    slice_t rest = slice_of(list);
    slice_t item;

    if (bus_key_list_has(list, "*")) {
        add_common(first, (slice_t){ "", 0 }, wanted, ret);
        return;
    }
    while (key_list_next(&rest, &item)) {
        if (item.len > 2 && memcmp(item.ptr + item.len - 2, ".*", 2) == 0)
            item.len--; /* "hrss.*" allows the prefix "hrss." */
        add_common(first, item, wanted, ret);
    }
}

static void
narrow_family(const bus_key_t *key, const family_t *f, const char *wanted, str_t *ret)
{
    switch (f->cut) {
    case BY_NOTHING:
        add_common(f->prefix, (slice_t){ "", 0 }, wanted, ret);
        break;
    case BY_DATASET:
        add_list(f->prefix, key->datasets[0] == '\0' ? "*" : key->datasets, wanted, ret);
        break;
    case BY_REGION:
        add_list(f->prefix, key->regions, wanted, ret);
        break;
    case BY_ORGANISATION:
        if (strcmp(key->organisation, "*") == 0) {
            add_common(f->prefix, (slice_t){ "", 0 }, wanted, ret);
        } else if (key->organisation[0] != '\0') {
            AUTO_STR own = STR_INIT;
            str_printf(&own, "%s/", key->organisation);
            add_common(f->prefix, str_slice(&own), wanted, ret);
        }
        break;
    }
}

void
bus_pub_narrow(const bus_key_t *key, const char *stream_names, const char *prefix, str_t *ret)
{
    slice_t rest = slice_of(stream_names);
    slice_t stream;

    while (key_list_next(&rest, &stream)) {
        if (!list_has(key->streams, stream))
            continue;
        add_common("beat/", stream, prefix, ret);
        for (size_t i = 0; i < FAMILY_COUNT; i++)
            if (slice_eq_str(stream, families[i].stream))
                narrow_family(key, &families[i], prefix, ret);
    }
}
