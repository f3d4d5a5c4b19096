/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include "domain/date.h"
#include "domain/money.h"

#include <stdio.h>
#include <string.h>

#define SOURCE_PREFIX "/departments/"
#define SNAPSHOT_PARTS_MAX 100000
#define SNAPSHOT_COUNT_MAX INT64_C(1000000000)

static bool
bad_data(err_t *err, const char *pointer, const char *message)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s", message);
    (void) snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
    return false;
}

static bool
check_source(const bus_key_t *key, const char *source, err_t *err)
{
    if (key->department[0] == '\0')
        return err_set(err, ERR_REJECT, "forbidden",
                       "key %s belongs to no department; departments publish with keys of their own", key->name);
    return (str_starts(source, SOURCE_PREFIX) && strcmp(source + strlen(SOURCE_PREFIX), key->department) == 0) ||
           err_set(err, ERR_REJECT, "forbidden", "with key %s the source is " SOURCE_PREFIX "%s", key->name,
                   key->department);
}

static bool
check_dataset(const bus_key_t *key, const char *subject, const catalogue_t *catalogue, const dataset_t **ret, err_t *err)
{
    const dataset_t *d;

    if (subject == NULL)
        return err_set(err, ERR_REJECT, "bad_envelope", "envelope: subject is missing: it names the dataset");
    d = catalogue_find(catalogue, subject);
    if (d == NULL) {
        AUTO_STR names = STR_INIT;

        catalogue_names(catalogue, key->department, &names);
        return err_set(err, ERR_REJECT, "not_found", "no dataset \"%.64s\" here; department %s has %s", subject,
                       key->department, names.len > 0 ? str_c(&names) : "none");
    }
    if (strcmp(d->owner, key->department) != 0)
        return err_set(err, ERR_REJECT, "forbidden", "%s is published by department %s", d->name, d->owner);
    if (!bus_key_list_has(key->datasets, d->name))
        return err_set(err, ERR_REJECT, "forbidden", "key %s may not publish %s; its datasets: %s", key->name, d->name,
                       key->datasets[0] != '\0' ? key->datasets : "none");
    *ret = d;
    return true;
}

/* The member of the envelope that is wrong; always false. */
static bool
at_member(err_t *err, const char *pointer)
{
    (void) snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
    return false;
}

bool
feed_check_right(const bus_key_t *key, const char *source, const char *subject, const catalogue_t *catalogue,
                 const dataset_t **ret, err_t *err)
{
    return (check_source(key, source, err) || at_member(err, "/source")) &&
           (check_dataset(key, subject, catalogue, ret, err) || at_member(err, "/subject"));
}

/* A member that is optional money; false only when it is there and is not. */
static bool
take_total(const json_node_t *object, const char *pointer, const dataset_t *d, bool *ret_has, int64_t *ret, err_t *err)
{
    const json_node_t *n = json_get(object, "total");
    const char *text;

    *ret_has = n != NULL && json_kind(n) != JSON_NULL;
    if (!*ret_has)
        return true;
    if (d->total == NULL)
        return bad_data(err, pointer, "this dataset has no amount that is summed; leave total out");
    text = json_text(n);
    if (text == NULL || !money_parse(text, strlen(text), ret))
        return bad_data(err, pointer, "total is an amount in yuan as text, such as \"820.00\"");
    return true;
}

static bool
read_declared(feed_t *ret, err_t *err)
{
    AUTO(json) tree = NULL;
    slice_t part = ret->declared_text;
    json_in_t in;

    if (part.ptr == NULL)
        return true;
    if (!json_parse(part.ptr, part.len, &tree, err))
        return err_add(err, "declared");
    json_in_init(&in, json_root(tree), "/declared", err);
    ret->declared.count = json_in_i64_or(&in, "count", 0, SNAPSHOT_COUNT_MAX, -1);
    ret->declared.has_count = ret->declared.count >= 0;
    return json_in_ok(&in) && take_total(json_root(tree), "/declared/total", ret->dataset, &ret->declared.has_total,
                                         &ret->declared.total, err);
}

static bool
read_snapshot(int32_t today, feed_t *ret, err_t *err)
{
    AUTO(json) tree = NULL;
    slice_t part = ret->snapshot_text;
    json_in_t in;
    const char *as_of;

    ret->snapshot.present = part.ptr != NULL;
    if (!ret->snapshot.present)
        return true;
    if (!ret->dataset->snapshot)
        return bad_data(err, "/snapshot", "this dataset takes no whole lists; send its records without snapshot");
    if (!json_parse(part.ptr, part.len, &tree, err))
        return err_add(err, "snapshot");
    json_in_init(&in, json_root(tree), "/snapshot", err);
    if (!str_copy(ret->snapshot.id, sizeof(ret->snapshot.id), json_in_text(&in, "id")))
        return bad_data(err, "/snapshot/id", "the list's id has at most 128 bytes");
    if (!str_copy(ret->snapshot.scope, sizeof(ret->snapshot.scope), json_in_text_or(&in, "scope", "")))
        return bad_data(err, "/snapshot/scope", "the list's scope has at most 64 bytes");
    ret->snapshot.parts = json_in_i64(&in, "parts", 1, SNAPSHOT_PARTS_MAX);
    ret->snapshot.part = json_in_i64(&in, "part", 1, SNAPSHOT_PARTS_MAX);
    ret->snapshot.count = json_in_i64(&in, "count", 0, SNAPSHOT_COUNT_MAX);
    as_of = json_in_text(&in, "as_of");
    if (!json_in_ok(&in))
        return false;
    if (ret->snapshot.id[0] == '\0')
        return bad_data(err, "/snapshot/id", "the list's id is empty");
    if (ret->snapshot.part > ret->snapshot.parts)
        return bad_data(err, "/snapshot/part", "part is a number from 1 to parts");
    if (!date_parse(as_of, strlen(as_of), &ret->snapshot.as_of))
        return bad_data(err, "/snapshot/as_of", "as_of is a day, YYYY-MM-DD");
    if (ret->snapshot.as_of > today)
        return bad_data(err, "/snapshot/as_of", "as_of lies in the future");
    return take_total(json_root(tree), "/snapshot/total", ret->dataset, &ret->snapshot.has_total, &ret->snapshot.total,
                      err);
}

/* One pass over what may be 8 MiB. */
static bool
on_member(void *ctx, slice_t name, slice_t value, err_t *err)
{
    feed_t *feed = ctx;
    slice_t *place = slice_eq_str(name, "records")    ? &feed->records
                     : slice_eq_str(name, "declared") ? &feed->declared_text
                     : slice_eq_str(name, "snapshot") ? &feed->snapshot_text
                                                      : NULL;

    (void) err;
    if (place != NULL && (place == &feed->records || !slice_eq_str(value, "null")))
        *place = value;
    return true;
}

bool
feed_read(const svc_request_t *req, const catalogue_t *catalogue, int32_t today, feed_t *ret, err_t *err)
{
    *ret = (feed_t){ .source = req->event->source, .id = req->event->id };
    if (!feed_check_right(req->key, req->event->source, req->event->subject, catalogue, &ret->dataset, err))
        return false;
    if (req->data_text.len == 0 || req->data_text.ptr[0] != '{')
        return bad_data(err, "", "data is an object: {\"records\":[…]}");
    if (!json_each_member(req->data_text, on_member, ret, err))
        return false;
    if (ret->records.ptr == NULL)
        return bad_data(err, "/records", "records is missing: a list of at most 10,000 records");
    if (ret->records.ptr[0] != '[')
        return bad_data(err, "/records", "records must be a list of at most 10,000 records");
    return read_declared(ret, err) && read_snapshot(today, ret, err);
}
