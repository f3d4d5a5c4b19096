/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base/num.h"
#include "base/time.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll watch [PREFIX] [--after SEQ] [--limit N] [--stream NAME]";

/* Follows one stream: what was missed is fetched, what comes is received; `seq` says which is which. */
typedef struct {
    const cli_options_t *options;
    const char *stream, *prefix;
    cli_service_t service;
    int64_t seq;   /* last one examined */
    int64_t shown, limit;
} watch_t;

static const struct {
    const char *topic, *stream;
    cli_service_t service;
} routes[] = {
    { "fact/", "facts", CLI_INTAKE },      { "audit/", "audit", CLI_INTAKE },         { "finding/", "findings", CLI_COMPARISON },
    { "day", "findings", CLI_COMPARISON }, { "alert/", "alerts", CLI_ALERTING },      { "referral/", "referrals", CLI_REFERRAL },
    { "provider/", "referrals", CLI_REFERRAL },
};

static bool
route(const char *prefix, const char *stream, watch_t *w)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        size_t n = strlen(routes[i].topic);
        size_t m = strlen(prefix);
        bool hit = stream != NULL ? strcmp(stream, routes[i].stream) == 0 : m > 0 && strncmp(prefix, routes[i].topic, m < n ? m : n) == 0;
        if (hit) {
            w->stream = routes[i].stream;
            w->service = routes[i].service;
            return true;
        }
    }
    return false;
}

static void
show(watch_t *w, const char *topic, const json_node_t *event)
{
    AUTO_STR text = STR_INIT;

    if (w->options->json) {
        json_canonical(event, &text);
        printf("%s\n", str_c(&text));
    } else {
        const char *seq = json_text(json_get(event, "sequence")), *time = json_text(json_get(event, "time"));
        json_canonical(json_get(event, "data"), &text);
        while (seq != NULL && seq[0] == '0' && seq[1] != '\0')
            seq++;
        printf("%s %s %s %s\n", seq != NULL ? seq : "-", time != NULL ? time : "-", topic, str_c(&text));
    }
    (void) fflush(stdout);
    w->shown++;
}

static bool
fetch(watch_t *w, cli_link_t *link, bool quiet, err_t *err)
{
    for (bool more = true; more && (w->limit == 0 || w->shown < w->limit);) {
        AUTO(event) reply = NULL;
        AUTO_STR data = STR_INIT;
        json_out_t out;
        json_out_init(&out, &data);
        json_out_object(&out, NULL);
        json_out_text(&out, "stream", w->stream);
        json_out_i64(&out, "after", w->seq);
        json_out_i64(&out, "limit", quiet ? 1 : 1000);
        if (w->prefix[0] != '\0')
            json_out_text(&out, "topic", w->prefix);
        json_out_end(&out);
        if (!cli_link_send(link, "plimsoll.stream.fetch.v1", "/cli", NULL, "fetch", str_slice(&data), err) ||
            !cli_link_recv(link, w->options->timeout_ms, &reply, err))
            return false;
        json_in_t in;
        json_in_init(&in, reply->data, "", err);
        const json_node_t *topic = json_first(json_get(reply->data, "topics"));
        const json_node_t *events = json_in_array(&in, "events");
        more = json_in_bool_or(&in, "more", false);
        w->seq = json_in_i64(&in, "last", 0, INT64_MAX);
        if (!json_in_ok(&in))
            return err_add(err, "page");
        for (const json_node_t *e = json_first(events); e != NULL && (w->limit == 0 || w->shown < w->limit); e = json_next(e)) {
            show(w, topic != NULL ? json_text(topic) : "-", e);
            topic = topic != NULL ? json_next(topic) : NULL;
        }
    }
    return true;
}

/* The head of the stream now, from the service's status; whoever watches a stream at rest is told so. */
static bool
head(watch_t *w, cli_link_t *link, err_t *err)
{
    AUTO(event) reply = NULL;
    char type[64];

    (void) snprintf(type, sizeof(type), "plimsoll.%s.status.v1", cli_service_name(w->service));
    if (!cli_link_send(link, type, "/cli", NULL, "status", SLICE_LIT("{}"), err) ||
        !cli_link_recv(link, w->options->timeout_ms, &reply, err))
        return false;
    for (const json_node_t *s = json_first(json_get(reply->data, "streams")); s != NULL; s = json_next(s)) {
        const char *name = json_text(json_get(s, "stream"));
        if (name != NULL && strcmp(name, w->stream) == 0 && !json_i64(json_get(s, "last"), &w->seq))
            return err_set(err, ERR_BUG, "internal", "status without a position");
    }
    fprintf(stderr, "%s after %lld, as they come; --after 0 begins with the first\n", w->stream, (long long) w->seq);
    return true;
}

static bool
follow(watch_t *w, cli_link_t *link, bus_sub_t *sub, err_t *err)
{
    AUTO_STR topic = STR_INIT;
    AUTO_STR frame = STR_INIT;
    char beat[64];

    (void) snprintf(beat, sizeof(beat), "beat/%s", w->stream);
    while (w->limit == 0 || w->shown < w->limit) {
        bool got = false;
        str_clear(&topic);
        str_clear(&frame);
        if (!bus_sub_wait(sub, 5000, &topic, &frame, &got, err))
            return false;
        if (!got)
            continue;
        AUTO(event) event = NULL;
        if (!event_decode(frame.ptr, frame.len, &event, err))
            return false;
        int64_t last = (int64_t) event->sequence;
        bool is_beat = strcmp(str_c(&topic), beat) == 0;
        if (is_beat && !json_i64(json_get(event->data, "last"), &last))
            continue;
        if (last <= w->seq)
            continue;
        if (!is_beat && last == w->seq + 1 && event->data != NULL) {
            show(w, str_c(&topic), json_root(event->tree));
            w->seq = last;
        } else if (!fetch(w, link, false, err)) { /* a gap is normal for a narrowed key: what is not ours was skipped */
            return false;
        }
    }
    return true;
}

int
cmd_watch(int argc, char **argv)
{
    cli_options_t options;
    const char *prefix = "alert/", *after = NULL, *limit = NULL, *stream = NULL;
    size_t count = 0;
    watch_t w = { 0 };
    err_t err = { 0 };
    bus_key_t own, peer;
    char path[PATH_MAX];
    AUTO(cli_link) link = NULL;
    AUTO(bus) bus = NULL;
    AUTO(bus_sub) sub = NULL;
    AUTO_FREE char *endpoint = NULL;
    const cli_flag_t flags[] = { { "after", &after, NULL }, { "limit", &limit, NULL }, { "stream", &stream, NULL } };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, &prefix, 1, &count))
        return CLI_REFUSED;
    w.options = &options;
    w.prefix = count == 0 && stream != NULL ? "" : prefix;
    if (!route(w.prefix, stream, &w)) {
        fprintf(stderr, "plimsoll: no stream has topics like %s; they begin with fact/ audit/ finding/ day alert/ referral/ provider/\n", prefix);
        return CLI_REFUSED;
    }
    if ((after != NULL && !num_i64(after, strlen(after), &w.seq)) || (limit != NULL && !num_i64(limit, strlen(limit), &w.limit))) {
        fprintf(stderr, "plimsoll: --after and --limit take numbers\n");
        return CLI_REFUSED;
    }
    const char *key_name = options.key != NULL ? options.key : "operator";
    char beat[64];
    (void) snprintf(path, sizeof(path), "%s/keys/%s.key", options.home, cli_service_name(w.service));
    (void) snprintf(beat, sizeof(beat), "beat/%s", w.stream);
    bool ok = cli_load_key(&options, key_name, &own, &err) && bus_key_load(path, &peer, &err) &&
              cli_endpoint(&options, w.service, true, &endpoint, &err) && bus_new(NULL, &bus, &err) &&
              bus_sub_new(bus, endpoint, &own, peer.public_z85, &sub, &err) && bus_sub_subscribe(sub, w.prefix, &err) &&
              bus_sub_subscribe(sub, beat, &err) && cli_link_open(&options, w.service, key_name, &link, &err) &&
              (after != NULL || head(&w, link, &err)) && (after == NULL || fetch(&w, link, false, &err)) && follow(&w, link, sub, &err);
    bus_key_done(&own);
    return ok ? CLI_DONE : cli_fail(&err);
}
