/* SPDX-License-Identifier: Apache-2.0 */
#include "play_desk.h"
#include "cli_wait.h"
#include "send.h"

#include "domain/date.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Plays a synthetic county: manifest.ndjson names, in order, feeds to send and days to move to.  Every step may be repeated:
 * a batch that was here is a duplicate, a day that was reached is skipped, a visit that was made keeps its reply. */

enum { REST_TIMEOUT_MS = 15 * 60 * 1000 };

typedef struct {
    cli_options_t options;
    const char *dir;
    send_result_t sent;
    bool visits;
    desk_t desk;
    uint64_t step, steps;
} play_t;

static bool
play_send(play_t *p, json_in_t *in, err_t *err)
{
    char path[PATH_MAX];
    send_job_t job = { .dataset = json_in_text(in, "dataset"), .path = path };

    (void) snprintf(path, sizeof(path), "%s/%s", p->dir, json_in_text(in, "file"));
    job.snapshot = json_in_bool_or(in, "snapshot", false);
    job.as_of = json_in_text_or(in, "as_of", NULL);
    job.scope = json_in_text_or(in, "scope", NULL);
    if (!json_in_ok(in))
        return false;
    uint64_t rejected = p->sent.rejected;
    cli_options_t quiet = p->options;
    quiet.tty = false;
    if (!send_file(&quiet, &job, &p->sent, err))
        return false;
    if (p->sent.rejected > rejected)
        fprintf(stderr, "plimsoll: %llu records of %s were rejected\n", (unsigned long long) (p->sent.rejected - rejected), path);
    return true;
}

static bool
today(const cli_options_t *options, int32_t *ret, err_t *err)
{
    AUTO(event) status = NULL;

    if (!cli_status_of(options, CLI_COMPARISON, &status, err))
        return false;
    const char *day = json_text(json_get(status->data, "day"));
    *ret = INT32_MIN;
    if (day != NULL && !date_parse(day, strlen(day), ret))
        return err_set(err, ERR_BUG, "internal", "comparison's day is not a date");
    return true;
}

static bool
tick_to(play_t *p, int32_t to, bool *ret_passed, err_t *err)
{
    for (int tries = 0;; tries++) {
        AUTO(event) reply = NULL;
        AUTO_STR data = STR_INIT;
        json_out_t out;
        int32_t day;
        err_t got = { 0 };
        cli_options_t patient = p->options;
        patient.timeout_ms = REST_TIMEOUT_MS;
        if (!cli_wait_quiet(&p->options, CLI_COMPARISON, REST_TIMEOUT_MS, err) || !today(&p->options, &day, err))
            return false;
        *ret_passed = day > to;
        if (day >= to)
            return true;
        json_out_init(&out, &data);
        json_out_object(&out, NULL);
        json_out_date(&out, "to", to);
        json_out_end(&out);
        if (cli_ask(&patient, CLI_COMPARISON, "plimsoll.comparison.tick.v1", str_slice(&data), &reply, &got))
            return true;
        if (got.cls != ERR_RETRY || tries == 100) {
            *err = got;
            return err_add(err, "tick");
        }
    }
}

static bool
play_tick(play_t *p, json_in_t *in, err_t *err)
{
    const char *text = json_in_text(in, "to");
    int32_t to;
    bool passed;

    if (!json_in_ok(in))
        return false;
    if (!date_parse(text, strlen(text), &to))
        return err_set(err, ERR_REJECT, "bad_data", "%s is not a date", text);
    if (!tick_to(p, to, &passed, err))
        return false;
    if (!p->visits || passed) /* nobody visits in the past */
        return true;
    return cli_wait_quiet(&p->options, CLI_REFERRAL, REST_TIMEOUT_MS, err) && desk_work(&p->desk, &p->options, to, err);
}

static bool
play_step(play_t *p, const char *line, size_t n, err_t *err)
{
    AUTO(json) tree = NULL;
    json_in_t in;

    if (!json_parse(line, n, &tree, err))
        return err_add(err, "manifest.ndjson");
    json_in_init(&in, json_root(tree), "", err);
    const char *step = json_in_text(&in, "step");
    if (!json_in_ok(&in))
        return false;
    cli_progress(&p->options, "playing the county", p->step++, p->steps);
    if (strcmp(step, "send") == 0)
        return play_send(p, &in, err);
    if (strcmp(step, "tick") == 0)
        return play_tick(p, &in, err);
    return err_set(err, ERR_REJECT, "bad_data", "manifest.ndjson has an unknown step %s", step);
}

static bool
play_all(play_t *p, FILE *f, err_t *err)
{
    AUTO_FREE char *line = NULL;
    size_t cap = 0;
    ssize_t n;

    while (getline(&line, &cap, f) > 0)
        p->steps++;
    rewind(f);
    while ((n = getline(&line, &cap, f)) > 0) {
        size_t len = line[n - 1] == '\n' ? (size_t) n - 1 : (size_t) n;
        if (len > 0 && !play_step(p, line, len, err))
            return false;
    }
    if (!cli_wait_quiet(&p->options, p->visits ? CLI_REFERRAL : CLI_COMPARISON, REST_TIMEOUT_MS, err))
        return false;
    cli_progress_end(&p->options);
    return true;
}

int
cmd_play(int argc, char **argv)
{
    play_t p = { 0 };
    const char *dir = NULL;
    size_t count = 0;
    bool no_visits = false;
    char path[PATH_MAX];
    err_t err = { 0 };
    const cli_flag_t flags[] = { { "no-visits", NULL, &no_visits } };

    if (!cli_parse(argc, argv, "plimsoll play DIR [--no-visits]", flags, COUNT_OF(flags), &p.options, &dir, 1, &count))
        return CLI_REFUSED;
    if (count == 0) {
        fprintf(stderr, "plimsoll: play needs the directory that `plimsoll synth` wrote\n");
        return CLI_REFUSED;
    }
    if (p.options.key != NULL) {
        fprintf(stderr, "plimsoll: play uses the keys of operator and of each department; it takes no --key\n");
        return CLI_REFUSED;
    }
    p.dir = dir;
    p.visits = !no_visits;
    (void) snprintf(path, sizeof(path), "%s/manifest.ndjson", dir);
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        fprintf(stderr, "plimsoll: cannot read %s: %s; `plimsoll synth PROFILE.yaml --out %s` makes it\n", path, strerror(errno), dir);
        return CLI_REFUSED;
    }
    bool ok = play_all(&p, f, &err);
    (void) fclose(f);
    desk_done(&p.desk);
    if (!ok)
        return cli_fail(&err);
    send_report(&p.options, &p.sent);
    desk_report(&p.desk, &p.options);
    return p.sent.rejected > 0 ? CLI_FAULTS : CLI_DONE;
}
