/* SPDX-License-Identifier: Apache-2.0 */
#include "drop_folder.h"

#include "dataset.h"
#include "domain/date.h"
#include "send.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 10000 };

typedef struct {
    char name[256];
    struct timespec time;
} file_t;

static bool
ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n >= m && strcmp(name + n - m, end) == 0;
}

/* What editors and transfers leave while they write, and what send itself writes. */
static bool
is_candidate(const char *name)
{
    return name[0] != '.' && name[0] != '~' && !ends_with(name, ".part") && !ends_with(name, ".tmp") && !ends_with(name, ".crdownload") &&
           !ends_with(name, ".sent") && strstr(name, ".rejects.") == NULL && !ends_with(name, ".reason.txt") && !ends_with(name, ".report.json");
}

static int
by_time(const void *a, const void *b)
{
    const file_t *x = a, *y = b;

    if (x->time.tv_sec != y->time.tv_sec)
        return x->time.tv_sec < y->time.tv_sec ? -1 : 1;
    if (x->time.tv_nsec != y->time.tv_nsec)
        return x->time.tv_nsec < y->time.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Nobody has it open for writing: the kernel grants a lease then.  Where there are no leases (a network folder) the event of its
 * closing is all there is. */
static bool
is_complete(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool busy;

    if (fd < 0)
        return false;
    busy = fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    (void) fcntl(fd, F_SETLEASE, F_UNLCK);
    (void) close(fd);
    return !busy;
}

static bool
move_to(const char *folder, const char *sub, const char *path, const char *name, str_t *ret, err_t *err)
{
    struct stat st;

    str_clear(ret);
    str_printf(ret, "%s/%s", folder, sub);
    if (mkdir(str_c(ret), 0755) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "io", "cannot make %s: %s", str_c(ret), strerror(errno));
    str_printf(ret, "/%s", name);
    for (unsigned n = 2; stat(str_c(ret), &st) == 0; n++) { /* a file of this name was here before: both are kept */
        str_clear(ret);
        str_printf(ret, "%s/%s/%u-%s", folder, sub, n, name);
    }
    if (rename(path, str_c(ret)) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot move %s to %s: %s", path, str_c(ret), strerror(errno));
    return true;
}

/* The first date in the name: 2024-05-31 or 20240531. */
static bool
date_in(const char *name, char ret[DATE_TEXT_SIZE])
{
    int32_t day;

    for (size_t i = 0; name[i] != '\0'; i++) {
        char text[DATE_TEXT_SIZE] = "";
        size_t digits = strspn(name + i, "0123456789");

        if (digits == 8)
            (void) snprintf(text, sizeof(text), "%.4s-%.2s-%.2s", name + i, name + i + 4, name + i + 6);
        else if (digits == 4 && strlen(name + i) >= 10)
            (void) snprintf(text, sizeof(text), "%.10s", name + i);
        if (text[0] != '\0' && date_parse(text, strlen(text), &day)) {
            (void) str_copy(ret, DATE_TEXT_SIZE, text);
            return true;
        }
        i += digits > 0 ? digits - 1 : 0;
    }
    return false;
}

static bool
write_report(const char *path, const send_result_t *r, err_t *err)
{
    AUTO_STR file = STR_INIT;
    AUTO_STR text = STR_INIT;
    json_out_t out;

    str_printf(&file, "%s.report.json", path);
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_i64(&out, "records", (int64_t) r->records);
    json_out_i64(&out, "accepted", (int64_t) r->accepted);
    json_out_i64(&out, "rejected", (int64_t) r->rejected);
    json_out_i64(&out, "refused", (int64_t) r->refused);
    json_out_i64(&out, "duplicate", (int64_t) r->duplicate);
    if (r->state[0] != '\0')
        json_out_text(&out, "list", r->state);
    json_out_end(&out);
    str_add_char(&text, '\n');
    return str_write_file(str_c(&file), text.ptr, text.len, 0644, err);
}

/* It was sent, every record answered for: the file goes to done/, what was refused of it to refused/. */
static bool
settle(drop_folder_t *self, const char *folder, const char *path, const char *name, const send_result_t *r, err_t *err)
{
    AUTO_STR to = STR_INIT;
    const char *slash = strrchr(r->rejects, '/');

    if (r->rejects[0] != '\0' && !move_to(folder, "refused", r->rejects, slash != NULL ? slash + 1 : r->rejects, &to, err))
        return false;
    if (!move_to(folder, "done", path, name, &to, err) || !write_report(str_c(&to), r, err))
        return false;
    self->sent++;
    printf("%s: %llu accepted, %llu rejected, %llu not readable%s%s\n", str_c(&to), (unsigned long long) r->accepted, (unsigned long long) r->rejected,
           (unsigned long long) r->refused, r->state[0] != '\0' ? "; whole list: " : "", r->state);
    return true;
}

/* The file as a whole cannot be taken: it goes to refused/ with the reason beside it. */
static bool
refuse(drop_folder_t *self, const char *folder, const char *path, const char *name, const char *rejects, const char *why, err_t *err)
{
    AUTO_STR to = STR_INIT;
    AUTO_STR reason = STR_INIT;
    const char *slash = strrchr(rejects, '/');

    if (rejects[0] != '\0' && !move_to(folder, "refused", rejects, slash != NULL ? slash + 1 : rejects, &to, err))
        return false;
    if (!move_to(folder, "refused", path, name, &to, err))
        return false;
    self->refused++;
    fprintf(stderr, "plimsoll: %s: %s\n", str_c(&to), why);
    str_printf(&reason, "%s.reason.txt", str_c(&to));
    AUTO_STR text = STR_INIT;
    str_printf(&text, "%s\n", why);
    return str_write_file(str_c(&reason), text.ptr, text.len, 0644, err);
}

static bool
send_one(drop_folder_t *self, const dataset_t *d, const char *folder, const char *name, err_t *err)
{
    AUTO_STR path = STR_INIT;
    char day[DATE_TEXT_SIZE];
    send_result_t result = { 0 };
    err_t why = { 0 };

    str_printf(&path, "%s/%s", folder, name);
    if (!is_complete(str_c(&path))) {
        self->waiting = true;
        return true;
    }
    if (d->snapshot && !date_in(name, day))
        return refuse(self, folder, str_c(&path), name, "", "this dataset is sent as whole lists: the day that the list describes must stand in the file's name, as in "
                      "list-2024-05-31.csv", err);
    send_job_t job = { .dataset = d->name, .path = str_c(&path), .datasets = self->datasets, .schemas = self->schemas,
                       .snapshot = d->snapshot, .as_of = d->snapshot ? day : NULL };
    if (send_file(self->options, &job, &result, &why))
        return settle(self, folder, str_c(&path), name, &result, err);
    if (why.cls == ERR_REJECT)
        return refuse(self, folder, str_c(&path), name, result.rejects, why.text, err);
    fprintf(stderr, "plimsoll: %s waits: %s\n", str_c(&path), why.text);
    self->waiting = true;
    return true;
}

bool
drop_folder(drop_folder_t *self, const dataset_t *d, const char *folder, err_t *err)
{
    AUTO_FREE file_t *files = NULL;
    size_t count = 0, cap = 0;
    DIR *dir = opendir(folder);
    bool ok = true;

    if (dir == NULL)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", folder, strerror(errno));
    for (const struct dirent *e = readdir(dir); e != NULL && count < FILES_MAX; e = readdir(dir)) {
        AUTO_STR path = STR_INIT;
        struct stat st;

        str_printf(&path, "%s/%s", folder, e->d_name);
        if (!is_candidate(e->d_name) || stat(str_c(&path), &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        files = mem_grow(files, &cap, count + 1, sizeof(*files));
        (void) str_copy(files[count].name, sizeof(files[count].name), e->d_name);
        files[count++].time = st.st_mtim;
    }
    (void) closedir(dir);
    if (count > 0)
        qsort(files, count, sizeof(*files), by_time);
    for (size_t i = 0; i < count && ok && !*self->stopped; i++)
        ok = send_one(self, d, folder, files[i].name, err);
    return ok;
}
