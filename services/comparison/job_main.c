/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/time.h"
#include "domain/date.h"
#include "domain/region.h"
#include "log/log.h"

/* The side of the worker: one question, one snapshot, lines on standard output. */

#define QUESTION_MAX ((size_t) 16 * 1024 * 1024)
#define CONNECT_TIMEOUT_MS 5000
#define PROGRESS_MS 200

static bool
write_line(const char *word, slice_t data, err_t *err)
{
    AUTO_STR line = STR_INIT;

    str_printf(&line, "%s ", word);
    str_add_n(&line, data.ptr, data.len);
    str_add_char(&line, '\n');
    for (size_t at = 0; at < line.len;) {
        ssize_t n = write(STDOUT_FILENO, line.ptr + at, line.len - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(err, ERR_RETRY, "job", "nobody listens: %s", strerror(errno));
        at += (size_t) n;
    }
    return true;
}

bool
job_part(slice_t data, err_t *err)
{
    return write_line("part", data, err);
}

bool
job_progress(void *ctx, int64_t done, int64_t total, err_t *err)
{
    static int64_t last_ms;
    const job_work_t *work = ctx;
    AUTO_STR text = STR_INIT;
    int64_t now_ms = time_monotonic_ms();

    if (!work->progress || now_ms - last_ms < PROGRESS_MS)
        return true;
    last_ms = now_ms;
    str_printf(&text, "{\"done\":%lld,\"total\":%lld}", (long long) done, (long long) (done > total ? done : total));
    return write_line("progress", str_slice(&text), err);
}

static bool
bad(err_t *err, const char *key, const char *text)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s: %s", key, text);
    (void) snprintf(err->pointer, sizeof err->pointer, "/%s", key);
    return false;
}

bool
job_region(json_in_t *in, const char **ret, err_t *err)
{
    const char *region = json_in_text_or(in, "region", "");

    if (!json_in_ok(in))
        return false;
    *ret = region;
    return region[0] == '\0' || region_is_valid(region) || bad(err, "region", "a code of 2, 4, 6, 9 or 12 digits");
}

bool
job_day(json_in_t *in, const char *key, int32_t otherwise, int32_t *ret, err_t *err)
{
    const char *text = json_in_text_or(in, key, NULL);

    if (!json_in_ok(in))
        return false;
    *ret = otherwise;
    return text == NULL || date_parse(text, strlen(text), ret) || bad(err, key, "expected a date YYYY-MM-DD");
}

static bool
load_policy(const json_node_t *files, terms_t *terms, policy_t **ret, err_t *err)
{
    policy_text_t texts[POLICY_FILES_MAX];
    size_t n = 0;

    for (const json_node_t *f = json_first(files); f != NULL; f = json_next(f)) {
        const char *name = json_text(json_get(f, "name")), *text = json_text(json_get(f, "text"));

        REQUIRE(name != NULL && text != NULL && n < POLICY_FILES_MAX); /* written by the service */
        texts[n++] = (policy_text_t){ name, slice_of(text) };
    }
    return policy_load_texts(texts, n, terms, ret, err);
}

static bool
work(const json_node_t *question, job_fn run, json_out_t *out, err_t *err)
{
    const char *path = json_text(json_get(question, "policy")), *slash = strrchr(path, '/');
    AUTO_STR dir = STR_INIT;
    db_options_t options = { .conninfo = json_text(json_get(question, "database")), .application = "comparison",
                             .connect_timeout_ms = CONNECT_TIMEOUT_MS, .sets = store_statements };
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    AUTO(protection) protection = NULL;
    AUTO(db) db = NULL;
    AUTO(db_tx) tx = NULL;
    job_work_t job = { .terms = terms, .asked = json_get(question, "asked") };

    if (slash != NULL)
        str_add_n(&dir, path, (size_t) (slash + 1 - path));
    job.policy_dir = str_c(&dir);
    job.progress = json_is_true(json_get(job.asked, "progress"));
    REQUIRE(json_i64(json_get(question, "statement_timeout_ms"), &options.statement_timeout_ms));
    if (!db_open(&options, &db, err) || !db_tx_begin_snapshot(db, &tx, err) || !store_terms_load(tx, terms, err))
        return err_add(err, "begin");
    protection = protection_new(terms, json_is_true(json_get(question, "require_authorisation")));
    if (!store_protection_load(tx, UINT64_MAX, terms, protection, err) ||
        !load_policy(json_get(question, "files"), terms, &policy, err))
        return err_add(err, "begin");
    job.tx = tx;
    job.policy = policy;
    job.protection = protection;
    json_out_object(out, NULL);
    if (!run(&job, out, err))
        return false;
    json_out_end(out);
    return true;
}

static void
write_error(const err_t *why)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_i64(&out, "class", why->cls);
    json_out_text(&out, "code", why->code);
    json_out_text(&out, "text", why->text);
    json_out_text(&out, "pointer", why->pointer);
    json_out_bool(&out, "outage", why->outage);
    json_out_end(&out);
    if (!write_line("error", str_slice(&text), &err))
        log_err(LOG_WARN, "job.unanswered", &err);
}

int
job_main(void)
{
    static const struct {
        const char *name;
        job_fn run;
    } jobs[] = { { "simulate", job_run_simulate }, { "list", job_run_list } };
    AUTO_STR text = STR_INIT;
    AUTO_STR reply = STR_INIT;
    AUTO(json) tree = NULL;
    json_out_t out;
    err_t err = { 0 };
    job_fn run = NULL;

    log_init("comparison", LOG_INFO);
    crypto_ready();
    if (!str_read_file(&text, "/proc/self/fd/0", QUESTION_MAX, &err) || !json_parse(text.ptr, text.len, &tree, &err)) {
        log_err(LOG_ERROR, "job.question", &err);
        return 1;
    }
    const char *what = json_text(json_get(json_root(tree), "what"));
    for (size_t i = 0; i < COUNT_OF(jobs); i++)
        if (what != NULL && strcmp(jobs[i].name, what) == 0)
            run = jobs[i].run;
    REQUIRE(run != NULL);
    json_out_init(&out, &reply);
    bool ok = work(json_root(tree), run, &out, &err) && write_line("reply", str_slice(&reply), &err);
    if (!ok)
        write_error(&err);
    return ok || err.cls == ERR_REJECT ? 0 : 1;
}
