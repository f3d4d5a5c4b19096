/* SPDX-License-Identifier: Apache-2.0 */
#include "send_state.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATE_MAX = 4096 };

static bool
rejects_fail(const send_state_t *self, err_t *err)
{
    return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->rejects_path, strerror(errno));
}

static bool
has_rejects(const send_state_t *self)
{
    struct stat st;

    return self->rejects_size == 0 || (stat(self->rejects_path, &st) == 0 && st.st_size >= self->rejects_size);
}

static bool
read_state(send_state_t *self, send_result_t *total, err_t *err)
{
    AUTO_STR text = STR_INIT;
    AUTO(json) tree = NULL;
    json_in_t in;
    err_t ignored = { 0 };
    send_result_t had = { 0 };

    if (access(self->sent_path, R_OK) != 0)
        return true;
    if (!str_read_file(&text, self->sent_path, STATE_MAX, err))
        return false;
    /* Not readable, of another file of this name, or without what was refused: the sending begins anew, and what arrived already
     * is a duplicate. */
    if (!json_parse(str_c(&text), text.len, &tree, &ignored))
        return true;
    json_in_init(&in, json_root(tree), "", &ignored);
    const char *mark = json_in_text(&in, "file");
    self->batches = (uint64_t) json_in_i64(&in, "batches", 0, INT64_MAX);
    had.records = (uint64_t) json_in_i64(&in, "records", 0, INT64_MAX);
    had.accepted = (uint64_t) json_in_i64(&in, "accepted", 0, INT64_MAX);
    had.rejected = (uint64_t) json_in_i64(&in, "rejected", 0, INT64_MAX);
    had.duplicate = (uint64_t) json_in_i64(&in, "duplicate", 0, INT64_MAX);
    had.refused = (uint64_t) json_in_i64(&in, "refused", 0, INT64_MAX);
    self->rejects_size = json_in_i64(&in, "rejects", 0, INT64_MAX);
    if (!json_in_ok(&in) || strcmp(mark, self->mark) != 0 || !has_rejects(self)) {
        self->batches = 0;
        self->rejects_size = 0;
        return true;
    }
    self->resumed = true;
    total->records += had.records;
    total->accepted += had.accepted;
    total->rejected += had.rejected;
    total->duplicate += had.duplicate;
    total->refused += had.refused;
    total->batches += self->batches;
    return true;
}

bool
send_state_open(send_state_t *self, const send_job_t *job, send_result_t *total, err_t *err)
{
    const char *path = job->path;
    struct stat st;

    *self = (send_state_t){ .dry_run = job->dry_run };
    if (stat(path, &st) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", path, strerror(errno));
    if (strlen(path) > sizeof(self->sent_path) - 32)
        return err_set(err, ERR_CONFIG, "io", "the path is too long: %.80s…", path);
    (void) snprintf(self->sent_path, sizeof(self->sent_path), "%s.sent", path);
    (void) snprintf(self->rejects_path, sizeof(self->rejects_path), "%s%s.rejects.ndjson", path, self->dry_run ? ".dry-run" : "");
    (void) snprintf(self->mark, sizeof(self->mark), "%.64s/%lld/%lld.%09ld", job->dataset, (long long) st.st_size,
                    (long long) st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    if (!self->dry_run && !read_state(self, total, err))
        return false;
    /* What was refused in a batch that does not count yet comes again, and its last line may be half a one. */
    if (self->resumed && self->rejects_size > 0)
        return truncate(self->rejects_path, self->rejects_size) == 0 || rejects_fail(self, err);
    /* What an older file of this name left says nothing about this one. */
    if (unlink(self->rejects_path) != 0 && errno != ENOENT)
        return err_set(err, ERR_CONFIG, "io", "cannot remove %s: %s", self->rejects_path, strerror(errno));
    return true;
}

bool
send_state_reject(send_state_t *self, const str_t *line, err_t *err)
{
    if (self->rejects == NULL)
        self->rejects = fopen(self->rejects_path, self->resumed ? "ae" : "we");
    return (self->rejects != NULL && fwrite(line->ptr, 1, line->len, self->rejects) == line->len) || rejects_fail(self, err);
}

bool
send_state_flush(send_state_t *self, err_t *err)
{
    if (self->rejects == NULL)
        return true;
    if (fflush(self->rejects) != 0 || fdatasync(fileno(self->rejects)) != 0)
        return rejects_fail(self, err);
    self->rejects_size = ftello(self->rejects);
    return self->rejects_size >= 0 || rejects_fail(self, err);
}

bool
send_state_done(send_state_t *self, uint64_t batches, const send_result_t *total, err_t *err)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;

    self->batches = batches;
    if (!send_state_flush(self, err))
        return false;
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_text(&out, "file", self->mark);
    json_out_i64(&out, "batches", (int64_t) batches);
    json_out_i64(&out, "records", (int64_t) total->records);
    json_out_i64(&out, "accepted", (int64_t) total->accepted);
    json_out_i64(&out, "rejected", (int64_t) total->rejected);
    json_out_i64(&out, "duplicate", (int64_t) total->duplicate);
    json_out_i64(&out, "refused", (int64_t) total->refused);
    json_out_i64(&out, "rejects", self->rejects_size);
    json_out_end(&out);
    self->resumed = true; /* from here on the file of rejects is added to */
    return str_write_file(self->sent_path, text.ptr, text.len, 0644, err);
}

void
send_state_finish(send_state_t *self)
{
    if (!self->dry_run)
        (void) unlink(self->sent_path);
}

void
send_state_close(send_state_t *self)
{
    if (self->rejects != NULL)
        (void) fclose(self->rejects);
    self->rejects = NULL;
}
