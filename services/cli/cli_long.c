/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_long.h"

#include "base/time.h"

#include <string.h>
#include <time.h>

enum { SILENCE_MS = 5000, BAR_AFTER_MS = 500, BUSY_WAIT_MS = 300 };

typedef struct {
    const cli_options_t *options;
    const cli_question_t *question;
    cli_link_t *link;
    char id[UUID_TEXT_SIZE];
    slice_t data;
    cli_part_fn on_part;
    void *ctx;
    int64_t start_ms, last_ms; /* last: something was heard */
    bool bar, part;            /* shown; something of the answer has been handed on */
} asking_t;

static bool
send(asking_t *a, err_t *err)
{
    return cli_link_send(a->link, a->question->type, "/cli", NULL, a->id, a->data, err);
}

static void
show(asking_t *a, const event_t *event)
{
    int64_t done = 0, total = 0;

    if (time_monotonic_ms() - a->start_ms < BAR_AFTER_MS || !json_i64(json_get(event->data, "done"), &done) ||
        !json_i64(json_get(event->data, "total"), &total))
        return;
    a->bar = true;
    cli_progress(a->options, a->question->title, (uint64_t) done, (uint64_t) total);
}

/* One message; *ret is set when it was the reply. */
static bool
step(asking_t *a, event_t **ret, err_t *err)
{
    AUTO(event) event = NULL;
    err_t got = { 0 };
    bool ok = cli_link_recv(a->link, SILENCE_MS, &event, &got);
    int64_t now_ms = time_monotonic_ms();

    if (event != NULL && (event->causationid == NULL || strcmp(event->causationid, a->id) != 0))
        return true;
    if (ok) {
        a->last_ms = now_ms;
        if (strcmp(event->type, a->question->reply) == 0) {
            *ret = TAKE(event);
            return true;
        }
        if (strcmp(event->type, a->question->progress) == 0) {
            show(a, event);
            return true;
        }
        a->part = true;
        return a->on_part == NULL || a->on_part(a->ctx, event, err);
    }
    if (got.cls != ERR_RETRY || now_ms - a->last_ms >= a->options->timeout_ms || a->part) {
        *err = got;
        return false;
    }
    if (event != NULL) { /* busy or not ready: it answered at once, so the next question waits its turn */
        struct timespec ts = { 0, BUSY_WAIT_MS * 1000000L };
        (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
    }
    return send(a, err);
}

bool
cli_ask_long(const cli_options_t *options, const cli_question_t *question, slice_t data, cli_part_fn on_part, void *ctx, event_t **ret,
             err_t *err)
{
    AUTO(cli_link) link = NULL;
    asking_t a = { .options = options, .question = question, .data = data, .on_part = on_part, .ctx = ctx };
    uuid_t id;
    bool ok;

    uuid_random(&id);
    uuid_format(&id, a.id);
    if (!cli_link_open(options, CLI_COMPARISON, "operator", &link, err))
        return false;
    a.link = link;
    a.start_ms = a.last_ms = time_monotonic_ms();
    *ret = NULL;
    for (ok = send(&a, err); ok && *ret == NULL;)
        ok = step(&a, ret, err);
    if (a.bar)
        cli_progress_end(options);
    return ok;
}
