/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "log/log.h"

/* The side of the service: starts the process, hands its lines on, ends it. */

enum { JOBS_MAX = 8, READ_MAX = 65536, NICE = 5 };
#define LINE_MAX_BYTES ((size_t) 16 * 1024 * 1024)

/* The types in which a worker's lines go out; part NULL: it has none. */
typedef struct {
    const char *name, *reply, *progress, *part;
} job_kind_t;
static const job_kind_t kinds[] = {
    { "simulate", "plimsoll.comparison.simulate.reply.v1", "plimsoll.comparison.simulate.progress.v1", NULL },
    { "list", "plimsoll.comparison.list.reply.v1", "plimsoll.comparison.list.progress.v1", "plimsoll.comparison.list.part.v1" },
};
typedef enum { KIND_SIMULATE, KIND_LIST } job_kind_name_t; /* in this order */

typedef struct {
    svc_later_t *asker;
    char *id;          /* of the request: asked again, it goes on under the same */
    const job_kind_t *kind;
    pid_t pid;
    int fd;
    str_t lines;       /* read and not handed on */
    bool blocked;      /* the asker does not read as fast */
    bool ended;        /* nothing more comes */
    bool answered;
    int64_t start_ms;
} job_t;

struct jobs {
    job_t jobs[JOBS_MAX];
};

jobs_t *
jobs_new(void)
{
    return mem_new(jobs_t);
}

/* Ends the process, whatever it does. */
static void
end(job_t *job)
{
    int status;

    if (job->pid > 0) {
        (void) kill(job->pid, SIGKILL);
        while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    if (job->fd >= 0)
        (void) close(job->fd);
    svc_later_destroy(&job->asker);
    mem_free(job->id);
    str_done(&job->lines);
    *job = (job_t){ .fd = -1 };
}

void
jobs_destroy(jobs_t **self_p)
{
    jobs_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < JOBS_MAX; i++)
        if (self->jobs[i].asker != NULL)
            end(&self->jobs[i]);
    mem_free(self);
    *self_p = NULL;
}

void
jobs_status(const jobs_t *self, json_out_t *out)
{
    json_out_array(out, "jobs");
    for (size_t i = 0; self != NULL && i < JOBS_MAX; i++) {
        const job_t *job = &self->jobs[i];

        if (job->asker == NULL)
            continue;
        json_out_object(out, NULL);
        json_out_text(out, "what", job->kind->name);
        json_out_i64(out, "seconds", (time_monotonic_ms() - job->start_ms) / 1000);
        json_out_end(out);
    }
    json_out_end(out);
}

/* --- starting --- */

/* Between fork and exec, beside other threads: nothing but system calls. */
static _Noreturn void
become(int in, int out)
{
    static char name[] = "plimsoll-comparison", option[] = JOB_OPTION;
    char *const argv[] = { name, option, NULL };
    sigset_t none;

    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && close_range(STDERR_FILENO + 1, ~0U, 0) == 0) {
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive the service */
        (void) setpriority(PRIO_PROCESS, 0, NICE);
        (void) execv("/proc/self/exe", argv);
    }
    _exit(127);
}

static bool
write_all(int fd, slice_t text, err_t *err)
{
    for (size_t at = 0; at < text.len;) {
        ssize_t n = write(fd, text.ptr + at, text.len - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(err, ERR_RETRY, "job", "cannot write the question: %s", strerror(errno));
        at += (size_t) n;
    }
    return lseek(fd, 0, SEEK_SET) == 0 || err_set(err, ERR_RETRY, "job", "cannot rewind the question: %s", strerror(errno));
}

/* The question lies in memory: what is large needs nobody to feed it. */
static bool
spawn(job_t *job, slice_t question, err_t *err)
{
    int in = memfd_create("question", MFD_CLOEXEC), out[2] = { -1, -1 };
    bool ok = in >= 0 && pipe2(out, O_CLOEXEC) == 0;

    if (!ok)
        (void) err_set(err, ERR_RETRY, "job", "cannot make a pipe: %s", strerror(errno));
    ok = ok && write_all(in, question, err);
    if (ok) {
        job->pid = fork();
        if (job->pid == 0)
            become(in, out[1]);
        if (job->pid < 0)
            ok = err_set(err, ERR_RETRY, "job", "cannot start a process: %s", strerror(errno));
    }
    if (ok && fcntl(out[0], F_SETFL, O_NONBLOCK) != 0)
        ok = err_set(err, ERR_BUG, "job", "fcntl: %s", strerror(errno));
    if (in >= 0)
        (void) close(in);
    if (out[1] >= 0)
        (void) close(out[1]);
    job->fd = out[0];
    return ok;
}

/* --- handing on --- */

typedef enum { LINE_SENT, LINE_LATER, LINE_GONE } line_t;

/* The error as the worker had it, for the asker. */
static void
read_error(slice_t data, err_t *ret)
{
    AUTO(json) tree = NULL;
    json_in_t in;
    err_t ignored = { 0 };

    (void) err_set(ret, ERR_BUG, "internal", "the worker's error cannot be read");
    if (!json_parse(data.ptr, data.len, &tree, &ignored))
        return;
    json_in_init(&in, json_root(tree), "", &ignored);
    int64_t cls = json_in_i64(&in, "class", ERR_RETRY, ERR_BUG);
    const char *code = json_in_text(&in, "code"), *text = json_in_text(&in, "text"), *pointer = json_in_text_or(&in, "pointer", "");
    if (!json_in_ok(&in))
        return;
    (void) err_set(ret, (err_class_t) cls, code, "%s", text);
    ret->outage = json_in_bool_or(&in, "outage", false);
    (void) str_copy(ret->pointer, sizeof ret->pointer, pointer);
}

static bool
send_line(svc_t *svc, job_t *job, slice_t word, slice_t data, err_t *err)
{
    const char *type = slice_eq_str(word, "progress") ? job->kind->progress : slice_eq_str(word, "part") ? job->kind->part : job->kind->reply;
    err_t why;

    if (slice_eq_str(word, "error")) {
        read_error(data, &why);
        job->answered = true;
        return svc_later_fail(svc, job->asker, &why, err);
    }
    job->answered |= slice_eq_str(word, "reply");
    REQUIRE(type != NULL);
    return svc_later_send(svc, job->asker, type, data, err);
}

/* What is complete goes out in order; what cannot stays. */
static line_t
hand_on(svc_t *svc, job_t *job)
{
    size_t at = 0;
    line_t result = LINE_SENT;

    while (result == LINE_SENT) {
        const char *line = job->lines.ptr + at, *end_of = job->lines.len > at ? memchr(line, '\n', job->lines.len - at) : NULL;
        err_t err = { 0 };

        if (end_of == NULL)
            break;
        const char *space = memchr(line, ' ', (size_t) (end_of - line));
        REQUIRE(space != NULL); /* the worker is this same program */
        const slice_t word = { line, (size_t) (space - line) }, data = { space + 1, (size_t) (end_of - space - 1) };
        if (send_line(svc, job, word, data, &err))
            at = (size_t) (end_of - job->lines.ptr) + 1;
        else
            result = err.outage ? LINE_GONE : LINE_LATER;
    }
    if (at > 0) {
        memmove(job->lines.ptr, job->lines.ptr + at, job->lines.len - at);
        job->lines.len -= at;
    }
    return result;
}

static void
finish(svc_t *svc, job_t *job)
{
    const err_t why = { .cls = ERR_BUG, .code = "internal", .text = "the worker ended without an answer" };
    err_t err = { 0 };

    svc_watch_fd(svc, job->fd, NULL);
    if (!job->answered && !svc_later_fail(svc, job->asker, &why, &err))
        log_err(LOG_INFO, "job.unanswered", &err);
    end(job);
}

static bool on_readable(svc_t *svc, void *state, err_t *err);

static void
forward(svc_t *svc, job_t *job)
{
    line_t result = hand_on(svc, job);

    if (result == LINE_GONE) {
        log_info("job.left", F_STR("what", job->kind->name), F_I64("ms", time_monotonic_ms() - job->start_ms));
        svc_watch_fd(svc, job->fd, NULL);
        end(job);
    } else if (result == LINE_LATER && !job->blocked) {
        job->blocked = true;
        svc_watch_fd(svc, job->fd, NULL); /* the worker waits in its write meanwhile */
    } else if (result == LINE_SENT && (job->ended || job->answered)) { /* the next question may come at once */
        finish(svc, job);
    } else if (result == LINE_SENT && job->blocked) {
        job->blocked = false;
        svc_watch_fd(svc, job->fd, on_readable);
    }
}

/* Takes what is there; false when nothing more will come. */
static bool
take(job_t *job)
{
    char buffer[READ_MAX];

    while (job->lines.len < LINE_MAX_BYTES) {
        ssize_t n = read(job->fd, buffer, sizeof buffer);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        if (n == 0)
            return false;
        str_add_n(&job->lines, buffer, (size_t) n);
    }
    return true;
}

static bool
on_readable(svc_t *svc, void *state, err_t *err)
{
    jobs_t *self = ((service_t *) state)->jobs;

    (void) err;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        job_t *job = &self->jobs[i];

        if (job->asker == NULL || job->blocked)
            continue;
        job->ended |= !take(job);
        if (job->lines.len >= LINE_MAX_BYTES && memchr(job->lines.ptr, '\n', job->lines.len) == NULL)
            job->ended = true; /* no frame would hold it */
        forward(svc, job);
    }
    return true;
}

bool
jobs_on_tick(svc_t *svc, void *state, err_t *err)
{
    service_t *service = state;
    jobs_t *self = service->jobs;
    int64_t limit_ms = service->comparison->config->job_seconds * 1000;

    (void) err;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        job_t *job = &self->jobs[i];

        if (job->asker != NULL && time_monotonic_ms() - job->start_ms > limit_ms) {
            log_warn("job.too_long", F_STR("what", job->kind->name));
            finish(svc, job);
        } else if (job->asker != NULL && job->blocked) {
            forward(svc, job);
        }
    }
    return true;
}

/* --- the commands --- */

/* What the worker must know beside the question. */
static void
write_question(const svc_t *svc, const comparison_t *comparison, const char *name, const svc_request_t *req, str_t *ret)
{
    policy_text_t files[POLICY_FILES_MAX];
    size_t n = policy_texts(comparison->policy, files);
    AUTO_STR asked = STR_INIT;
    json_out_t out;

    json_canonical(req->data, &asked);
    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "what", name);
    json_out_text(&out, "database", svc_common_config(svc)->database);
    json_out_i64(&out, "statement_timeout_ms", svc_common_config(svc)->statement_timeout_ms);
    json_out_bool(&out, "require_authorisation", comparison->config->require_authorisation);
    json_out_text(&out, "policy", comparison->config->policy);
    json_out_array(&out, "files");
    for (size_t i = 0; i < n; i++) {
        json_out_object(&out, NULL);
        json_out_text(&out, "name", files[i].name);
        json_out_text_n(&out, "text", files[i].text.ptr, files[i].text.len);
        json_out_end(&out);
    }
    json_out_end(&out);
    json_out_raw(&out, "asked", asked.ptr, asked.len);
    json_out_end(&out);
}

/* A key has one job at a time; the same request again goes on with the one that works. */
static bool
place_for(jobs_t *self, svc_t *svc, const svc_request_t *req, int64_t most, job_t **ret, bool *ret_again, err_t *err)
{
    int64_t working = 0;

    *ret = NULL;
    *ret_again = false;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        job_t *job = &self->jobs[i];

        if (job->asker == NULL) {
            *ret = job;
            continue;
        }
        working++;
        if (strcmp(svc_later_key(job->asker), req->key->name) != 0)
            continue;
        if (strcmp(job->id, req->event->id) != 0)
            return err_set(err, ERR_RETRY, "busy", "%s asks one such question at a time: the last one is still worked on", req->key->name);
        svc_later_destroy(&job->asker);
        job->asker = svc_later_new(svc, req);
        *ret_again = true;
        return true;
    }
    if (*ret == NULL || working >= most)
        return err_set(err, ERR_RETRY, "busy", "%lld such questions are worked on: ask again", (long long) working);
    return true;
}

static bool
start(svc_t *svc, service_t *state, job_kind_name_t kind, const svc_request_t *req, err_t *err)
{
    AUTO_STR question = STR_INIT;
    json_in_t in;
    job_t *job;
    bool again;

    json_in_init(&in, req->data, "", err);
    const char *region = json_in_text_or(&in, "region", "");
    if (!json_in_ok(&in))
        return false;
    if (!bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the region is not one of the key's: name a region inside them");
    if (!place_for(state->jobs, svc, req, state->comparison->config->job_workers, &job, &again, err))
        return false;
    if (again)
        return true;
    *job = (job_t){ .fd = -1, .kind = &kinds[kind], .start_ms = time_monotonic_ms() };
    write_question(svc, state->comparison, kinds[kind].name, req, &question);
    if (!spawn(job, str_slice(&question), err)) {
        end(job);
        return err_add(err, kinds[kind].name);
    }
    job->asker = svc_later_new(svc, req);
    job->id = mem_strdup(req->event->id);
    svc_watch_fd(svc, job->fd, on_readable);
    return true;
}

bool
job_simulate(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    (void) tx;
    (void) out;
    return start(svc, state, KIND_SIMULATE, req, err);
}

bool
job_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    (void) tx;
    (void) out;
    return start(svc, state, KIND_LIST, req, err);
}
