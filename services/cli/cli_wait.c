/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_wait.h"

#include "base/time.h"

#include <string.h>
#include <time.h>

bool
cli_status_of(const cli_options_t *options, cli_service_t service, event_t **ret, err_t *err)
{
    char type[64];

    (void) snprintf(type, sizeof(type), "plimsoll.%s.status.v1", cli_service_name(service));
    return cli_ask(options, service, type, SLICE_LIT("{}"), ret, err);
}

static int64_t
stream_last(const event_t *status, const char *stream)
{
    int64_t last = -1;

    for (const json_node_t *s = json_first(json_get(status->data, "streams")); s != NULL; s = json_next(s)) {
        const char *name = json_text(json_get(s, "stream"));
        if (name != NULL && strcmp(name, stream) == 0 && !json_i64(json_get(s, "last"), &last))
            last = -1;
    }
    return last;
}

/* Does the consumer stand at `last` of this stream? */
static bool
consumer_at(const event_t *status, const char *stream, int64_t last)
{
    int64_t cursor = -1;

    for (const json_node_t *c = json_first(json_get(status->data, "consumers")); c != NULL; c = json_next(c)) {
        const char *name = json_text(json_get(c, "stream"));
        if (name != NULL && strcmp(name, stream) == 0 && !json_i64(json_get(c, "cursor"), &cursor))
            cursor = -1;
    }
    return cursor >= last;
}

static const struct {
    cli_service_t producer, consumer;
    const char *stream;
} flows[] = {
    { CLI_INTAKE, CLI_COMPARISON, "facts" },       { CLI_COMPARISON, CLI_ALERTING, "findings" },
    { CLI_ALERTING, CLI_REFERRAL, "alerts" },      { CLI_REFERRAL, CLI_ALERTING, "referrals" },
    { CLI_COMPARISON, CLI_REFERRAL, "findings" },
    { CLI_ALERTING, CLI_COMPARISON, "alerts" },    { CLI_REFERRAL, CLI_COMPARISON, "referrals" },
};

/* Quiet = every consumer stands at its producer's head, and nothing moved while that was read. */
static bool
is_quiet(const cli_options_t *options, cli_service_t up_to, bool *ret, err_t *err)
{
    event_t *status[CLI_SERVICE_COUNT] = { NULL };
    bool ok = true, quiet = true;

    for (unsigned s = 0; s <= (unsigned) up_to && ok; s++)
        ok = cli_status_of(options, (cli_service_t) s, &status[s], err);
    for (size_t f = 0; f < COUNT_OF(flows) && ok; f++) {
        if (flows[f].producer > up_to || flows[f].consumer > up_to)
            continue;
        quiet = quiet && consumer_at(status[flows[f].consumer], flows[f].stream,
                                     stream_last(status[flows[f].producer], flows[f].stream));
    }
    for (unsigned s = 0; s < CLI_SERVICE_COUNT; s++)
        event_destroy(&status[s]);
    *ret = quiet;
    return ok;
}

bool
cli_wait_quiet(const cli_options_t *options, cli_service_t up_to, int64_t timeout_ms, err_t *err)
{
    int64_t end = time_monotonic_ms() + timeout_ms;
    int in_a_row = 0;

    for (;;) {
        bool quiet = false;
        err_t got = { 0 };
        if (!is_quiet(options, up_to, &quiet, &got) && got.cls != ERR_RETRY) {
            *err = got;
            return false;
        }
        in_a_row = quiet ? in_a_row + 1 : 0;
        if (in_a_row == 2)
            return true;
        if (time_monotonic_ms() > end)
            return err_set(err, ERR_RETRY, "not_ready", "the services did not come to rest in %lld s; `plimsoll status` shows who is behind",
                           (long long) (timeout_ms / 1000));
        struct timespec ts = { 0, quiet ? 1000000 : 20000000 };
        (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL); /* between two looks at the condition, bounded by the deadline */
    }
}
