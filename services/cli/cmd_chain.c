/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 一户一条救助链: what each station holds about one household, merged by day. */

enum { ENTRIES_MAX = 4096 };

typedef struct {
    const json_node_t *node;
    cli_service_t station;
    const char *on;
    size_t order;
} entry_t;

static int
by_day(const void *a, const void *b)
{
    const entry_t *x = a, *y = b;
    int c = strncmp(x->on, y->on, 10);

    if ((x->on[0] == '\0') != (y->on[0] == '\0')) /* what names no day comes last, not before everything */
        return x->on[0] == '\0' ? 1 : -1;
    if (c != 0)
        return c;
    return x->order < y->order ? -1 : 1;
}

static void
print_value(const char *label, const json_node_t *v)
{
    AUTO_STR text = STR_INIT;

    if (v == NULL || json_kind(v) == JSON_NULL)
        return;
    if (json_text(v) != NULL) {
        printf("  %s %s", label, json_text(v));
        return;
    }
    json_canonical(v, &text);
    printf("  %s %s", label, str_c(&text));
}

/* The records behind a finding, each with where it can be found. */
static void
print_facts(const json_node_t *facts)
{
    for (const json_node_t *f = json_first(facts); f != NULL; f = json_next(f)) {
        json_in_t in;
        err_t err = { 0 };
        json_in_init(&in, f, "", &err);
        printf("            record  %-22s %s  facts %lld/%lld\n", json_in_text_or(&in, "dataset", "?"), json_in_text_or(&in, "record", ""),
               (long long) json_in_i64_or(&in, "seq", 0, INT64_MAX, 0), (long long) json_in_i64_or(&in, "index", 0, INT64_MAX, 0));
    }
}

static void
print_entry(const entry_t *e)
{
    static const char *const shown[] = { "state", "version", "level", "kind",   "category", "rule",         "monthly_money", "enrolled_money",
                                         "overpaid", "underpaid", "verb", "conference", "actor", "since", "due",  "result", "needs",    "visitors",     "need",          "programme",
                                         "organisation", "answer", "outcome", "amount",     "reason",       "closed_reason", "until" };
    const char *what = json_text(json_get(e->node, "what"));
    const json_node_t *body = what != NULL && json_get(e->node, what) != NULL && json_kind(json_get(e->node, what)) == JSON_OBJECT
                                  ? json_get(e->node, what)
                                  : e->node;
    int64_t seq;

    printf("%.10s  %-10s  %-9s", e->on, cli_service_name(e->station), what != NULL ? what : "?");
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        print_value(shown[i], json_get(body, shown[i]));
    if (what != NULL && strcmp(what, "finding") == 0 && json_i64(json_get(e->node, "seq"), &seq)) /* for explain --known-at */
        printf("  findings/%lld", (long long) seq);
    printf("\n");
    print_facts(json_get(body, "facts"));
}

static size_t
collect(const event_t *reply, cli_service_t station, entry_t *entries, size_t n)
{
    for (const json_node_t *e = json_first(json_get(reply->data, "entries")); e != NULL && n < ENTRIES_MAX; e = json_next(e)) {
        const char *on = json_text(json_get(e, "on"));
        entries[n] = (entry_t){ .node = e, .station = station, .on = on != NULL ? on : "", .order = n };
        n++;
    }
    return n;
}

int
cmd_chain(int argc, char **argv)
{
    static const cli_service_t stations[] = { CLI_COMPARISON, CLI_ALERTING, CLI_REFERRAL };
    cli_options_t options;
    const char *name = NULL;
    size_t count = 0, n = 0;
    uuid_t household;
    event_t *replies[COUNT_OF(stations)] = { NULL };
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    if (!cli_parse(argc, argv, "plimsoll chain HOUSEHOLD [--json]", NULL, 0, &options, &name, 1, &count))
        return CLI_REFUSED;
    if (count == 0) {
        fprintf(stderr, "plimsoll: chain needs a household: its UUID, or the number of its register entry\n");
        return CLI_REFUSED;
    }
    cli_household(name, &household);
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_uuid(&out, "household", &household);
    json_out_end(&out);
    AUTO_FREE entry_t *entries = mem_new_array(entry_t, ENTRIES_MAX);
    bool ok = true;
    for (size_t i = 0; i < COUNT_OF(stations) && ok; i++) {
        char type[64];
        (void) snprintf(type, sizeof(type), "plimsoll.%s.chain.v1", cli_service_name(stations[i]));
        ok = cli_ask(&options, stations[i], type, str_slice(&data), &replies[i], &err);
        if (ok)
            n = collect(replies[i], stations[i], entries, n);
    }
    if (ok) {
        qsort(entries, n, sizeof(*entries), by_day);
        json_out_init(&out, &text);
        json_out_array(&out, NULL);
        for (size_t i = 0; i < n; i++) {
            AUTO_STR one = STR_INIT;
            json_canonical(entries[i].node, &one);
            json_out_object(&out, NULL);
            json_out_text(&out, "station", cli_service_name(entries[i].station));
            json_out_raw(&out, "entry", one.ptr, one.len);
            json_out_end(&out);
            if (!options.json)
                print_entry(&entries[i]);
        }
        json_out_end(&out);
        if (options.json)
            printf("%s\n", str_c(&text));
        else if (n == 0)
            printf("nothing was ever found about this household\n");
    }
    for (size_t i = 0; i < COUNT_OF(stations); i++)
        event_destroy(&replies[i]);
    return ok ? CLI_DONE : cli_fail(&err);
}
