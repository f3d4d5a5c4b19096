/* SPDX-License-Identifier: Apache-2.0 */

/* Two small services for tests of the skeleton, and a way to make keys:
 *   svc_node producer …   named intake: commands add and sum, streams facts and audit
 *   svc_node consumer …   named comparison: applies facts, produces findings; with SVC_NODE_FOLLOWING=BYTES it asks svc_following
 *                         for so many and tells on stderr, a line of JSON a call, what it was given to handle and what follows
 *   svc_node key DIR NAME [member=value]…   a key pair in DIR, registered in DIR/registered */

#include "base/num.h"
#include "domain/date.h"
#include "log/log.h"
#include "svc/svc.h"
#include "svcconsumer_sql.h"
#include "svcproducer_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGION "320681100207"

static bool
append(stream_t *stream, db_tx_t *tx, const char *type, const char *topic, const str_t *data, uint64_t *ret_seq, err_t *err)
{
    const stream_draft_t draft = { .type = type, .topic = topic, .data = str_slice(data) };

    return stream_append(stream, tx, &draft, ret_seq, err);
}

/* {n, records?, pad?}: one item and one facts event with records n, n+1, … */
static bool
on_add(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO_STR data = STR_INIT;
    AUTO_STR pad = STR_INIT;
    AUTO_PARAMS params;
    json_in_t in;
    json_out_t event;
    uint64_t seq = 0;

    (void) state;
    json_in_init(&in, req->data, "/data", err);
    int64_t n = json_in_i64(&in, "n", 0, 1000000000);
    int64_t records = json_in_i64_or(&in, "records", 1, 1000, 1);
    int64_t pad_bytes = json_in_i64_or(&in, "pad", 0, 900000, 0);
    if (!json_in_ok(&in))
        return false;
    for (int64_t i = 0; i < pad_bytes; i++)
        str_add_char(&pad, 'x');
    json_out_init(&event, &data);
    json_out_object(&event, NULL);
    json_out_array(&event, "records");
    for (int64_t i = 0; i < records; i++)
        json_out_i64(&event, NULL, n + i);
    json_out_end(&event);
    json_out_text(&event, "pad", str_c(&pad));
    json_out_end(&event);
    db_params_init(&params);
    db_params_i64(&params, n);
    if (!db_exec(tx, &svcproducer_statements, STMT_add_item, &params, NULL, err) ||
        !append(svc_stream(svc, "facts"), tx, "plimsoll.facts.v1", "fact/test", &data, &seq, err))
        return false;
    json_out_object(out, NULL);
    json_out_i64(out, "n", n);
    json_out_i64(out, "seq", (int64_t) seq);
    json_out_end(out);
    return true;
}

static bool
on_sum(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO(db_result) rows = NULL;

    (void) svc;
    (void) state;
    (void) req;
    if (!db_query(tx, &svcproducer_statements, STMT_sum_items, NULL, &rows, err))
        return false;
    json_out_object(out, NULL);
    json_out_i64(out, "count", db_result_i64(rows, 0, 0));
    json_out_i64(out, "sum", db_result_i64(rows, 0, 1));
    json_out_end(out);
    return true;
}

/* Always a conflict, with the current state. */
static bool
on_stale(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    (void) svc;
    (void) state;
    (void) tx;
    (void) req;
    json_out_object(out, NULL);
    json_out_i64(out, "version", 7);
    json_out_end(out);
    return err_set(err, ERR_REJECT, "conflict", "the version is stale");
}

/* --- {to, refuse?}: counted later, a part each tick, then the reply or an error --- */

typedef struct {
    svc_later_t *asker;
    int64_t at, to;
    bool refuse;
} count_t;
static count_t counts[4];

static bool
on_count(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    json_in_t in;

    (void) state;
    (void) tx;
    (void) out;
    json_in_init(&in, req->data, "", err);
    int64_t to = json_in_i64(&in, "to", 0, 1000000);
    bool refuse = json_in_bool_or(&in, "refuse", false);
    if (!json_in_ok(&in))
        return false;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        if (counts[i].asker != NULL)
            continue;
        counts[i] = (count_t){ .asker = svc_later_new(svc, req), .to = to, .refuse = refuse };
        return true;
    }
    return err_set(err, ERR_RETRY, "busy", "%zu are counting", COUNT_OF(counts));
}

static bool
count_on(svc_t *svc, count_t *c, err_t *err)
{
    AUTO_STR data = STR_INIT;

    if (c->refuse && c->at == c->to) {
        const err_t why = { .cls = ERR_REJECT, .code = "conflict", .text = "asked to refuse" };
        return svc_later_fail(svc, c->asker, &why, err);
    }
    str_printf(&data, "{\"n\":%lld}", (long long) c->at);
    return svc_later_send(svc, c->asker, c->at == c->to ? "plimsoll.intake.count.reply.v1" : "plimsoll.intake.count.part.v1",
                          str_slice(&data), err);
}

static bool
on_count_tick(svc_t *svc, void *state, err_t *err)
{
    (void) state;
    (void) err;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        count_t *c = &counts[i];
        err_t why = { 0 };

        if (c->asker == NULL)
            continue;
        bool sent = count_on(svc, c, &why);
        if (!sent && !why.outage)
            continue; /* does not read: again next time */
        if (!sent)
            log_info("count.left", F_I64("at", c->at));
        if (!sent || c->at++ == c->to)
            svc_later_destroy(&c->asker);
    }
    return true;
}

static bool
apply_record(svc_t *svc, db_tx_t *tx, uint64_t seq, size_t index, int64_t n, err_t *err)
{
    AUTO_STR data = STR_INIT;
    AUTO_PARAMS params;
    uint64_t out_seq;

    str_printf(&data, "{\"n\":%lld,\"cause\":%llu}", (long long) n, (unsigned long long) seq);
    db_params_init(&params);
    db_params_i64(&params, (int64_t) seq);
    db_params_i64(&params, (int64_t) index);
    db_params_i64(&params, n);
    return db_exec(tx, &svcconsumer_statements, STMT_add_effect, &params, NULL, err) &&
           append(svc_stream(svc, "findings"), tx, "plimsoll.finding.v1", "finding/" REGION "/overlap", &data, &out_seq, err);
}

static void
tell_events(json_out_t *out, const char *name, const stream_event_t *events, size_t n)
{
    json_out_array(out, name);
    for (size_t i = 0; i < n; i++) {
        char hash[2 * HASH_SIZE + 1];
        int64_t first;

        str_hex(events[i].hash.b, HASH_SIZE, hash);
        if (!json_i64(json_first(json_get(events[i].event->data, "records")), &first))
            first = -1;
        json_out_object(out, NULL);
        json_out_i64(out, "seq", (int64_t) events[i].seq);
        json_out_i64(out, "n", first);
        json_out_i64(out, "bytes", (int64_t) events[i].bytes.len);
        json_out_text(out, "hash", hash);
        json_out_text(out, "topic", events[i].topic);
        json_out_bool(out, "whole", events[i].record_from == 0 && events[i].record_to == SIZE_MAX);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
tell_following(svc_t *svc, const stream_event_t *events, size_t n)
{
    AUTO_STR line = STR_INIT;
    const char *bytes = getenv("SVC_NODE_FOLLOWING");
    const stream_event_t *following;
    size_t following_n;
    uint64_t limit = 0;
    json_out_t out;

    if (bytes == NULL || !num_u64(bytes, strlen(bytes), &limit))
        return;
    svc_following(svc, (size_t) limit, &following, &following_n);
    json_out_init(&out, &line);
    json_out_object(&out, NULL);
    tell_events(&out, "handled", events, n);
    tell_events(&out, "following", following, following_n);
    json_out_end(&out);
    (void) fprintf(stderr, "%s\n", line.ptr); /* not by log_…, which leaves lines out when there are many */
}

static bool
on_facts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    (void) state;
    tell_following(svc, events, n);
    for (size_t i = 0; i < n; i++) {
        size_t index = 0;
        const json_node_t *records = json_get(events[i].event->data, "records");
        for (const json_node_t *r = json_first(records); r != NULL; r = json_next(r), index++) {
            int64_t value = 0;
            if (index < events[i].record_from || index >= events[i].record_to)
                continue;
            if (!json_i64(r, &value) || !apply_record(svc, tx, events[i].seq, index, value, err))
                return err_add(err, "facts");
        }
    }
    return true;
}

static const char *const producer_streams[] = { "facts", "audit", NULL };
static const svc_command_t producer_commands[] = {
    { "plimsoll.intake.add.v1", NULL, "intake.add", SVC_WRITE, on_add },
    { "plimsoll.intake.sum.v1", NULL, NULL, SVC_READ, on_sum },
    { "plimsoll.intake.stale.v1", NULL, NULL, SVC_WRITE, on_stale },
    { "plimsoll.intake.count.v1", NULL, NULL, SVC_LATER, on_count },
    { .type = NULL },
};
static const svc_tick_t producer_ticks[] = { { "count", 10, on_count_tick }, { .name = NULL } };
static const char *const consumer_streams[] = { "findings", NULL };
static const svc_consume_t consumer_consumes[] = { { "facts", "peer.intake", on_facts }, { .stream = NULL } };

static int
make_key(int argc, char **argv)
{
    AUTO_STR registry = STR_INIT;
    bus_key_t key;
    err_t err = { 0 };

    if (argc < 4 || !bus_key_generate(argv[3], &key, &err))
        return 1;
    const struct {
        const char *name;
        char *at;
        size_t size;
    } members[] = {
        { "department=", key.department, sizeof(key.department) }, { "datasets=", key.datasets, sizeof(key.datasets) },
        { "regions=", key.regions, sizeof(key.regions) },          { "streams=", key.streams, sizeof(key.streams) },
        { "commands=", key.commands, sizeof(key.commands) },       { "organisation=", key.organisation, sizeof(key.organisation) },
    };
    for (int i = 4; i < argc; i++) {
        if (str_starts(argv[i], "until=") && !date_parse(argv[i] + 6, strlen(argv[i]) - 6, &key.until))
            return 1;
        for (size_t m = 0; m < COUNT_OF(members); m++)
            if (str_starts(argv[i], members[m].name) &&
                !str_copy(members[m].at, members[m].size, argv[i] + strlen(members[m].name)))
                return 1;
    }
    str_printf(&registry, "%s/registered", argv[2]);
    bool ok = bus_key_write(&key, argv[2], &err) && bus_keys_register(registry.ptr, &key, &err);
    bus_key_done(&key);
    if (!ok)
        (void) fprintf(stderr, "%s\n", err.text);
    return ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
    const db_stmt_set_t *const producer_sets[] = { &svcproducer_statements, NULL };
    const db_stmt_set_t *const consumer_sets[] = { &svcconsumer_statements, NULL };
    const svc_def_t producer = {
        .name = "intake",
        .version = "test",
        .statements = producer_sets,
        .migrations = &svcproducer_migrations,
        .produces = producer_streams,
        .commands = producer_commands,
        .ticks = producer_ticks,
    };
    const svc_def_t consumer = {
        .name = "comparison",
        .version = "test",
        .statements = consumer_sets,
        .migrations = &svcconsumer_migrations,
        .produces = consumer_streams,
        .consumes = consumer_consumes,
    };

    if (argc > 1 && strcmp(argv[1], "key") == 0)
        return make_key(argc, argv);
    if (argc < 2)
        return 64;
    return svc_main(strcmp(argv[1], "consumer") == 0 ? &consumer : &producer, argc - 1, argv + 1);
}
