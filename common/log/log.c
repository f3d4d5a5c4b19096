/* SPDX-License-Identifier: Apache-2.0 */
#include "log/log.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_MS 10000
#define WINDOW_LINES 100
#define EVENTS_MAX 256 /* names beyond share the last slot's limit */
#define TEXT_MAX 1024  /* bytes of one string field */

typedef struct {
    const char *event; /* names are constants, so the pointer stays good */
    int64_t since_ms;
    unsigned lines;
    uint64_t suppressed;
} limit_t;

static struct {
    pthread_mutex_t lock; /* the admin HTTP thread logs too */
    char service[32];
    log_level_t min;
    limit_t limits[EVENTS_MAX];
    size_t limit_count;
    bool any_suppressed;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .service = "plimsoll", .min = LOG_INFO };

void
log_init(const char *service, log_level_t min)
{
    pthread_mutex_lock(&state.lock);
    (void) str_copy(state.service, sizeof(state.service), service);
    state.min = min;
    pthread_mutex_unlock(&state.lock);
}

static const char *
level_name(log_level_t level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARN:
        return "warn";
    case LOG_ERROR:
        return "error";
    case LOG_LEVEL_COUNT:
        break;
    }
    return "unknown";
}

/* A line must stay valid JSON whatever a string holds: invalid UTF-8 becomes '?' byte by byte. */
static void
add_text(str_t *line, const char *s)
{
    if (s == NULL) {
        str_add(line, "null");
        return;
    }
    size_t n = strnlen(s, TEXT_MAX);
    while (n > 0 && s[n] != '\0' && ((unsigned char) s[n] & 0xc0) == 0x80)
        n--;
    bool clean = str_is_utf8(s, n);

    str_add_char(line, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char) s[i];
        if (c == '"' || c == '\\') {
            str_add_char(line, '\\');
            str_add_char(line, s[i]);
        } else if (c < 0x20 || c == 0x7f) {
            str_printf(line, "\\u%04x", (unsigned) c);
        } else if (c >= 0x80 && !clean) {
            str_add_char(line, '?');
        } else {
            str_add_char(line, s[i]);
        }
    }
    str_add_char(line, '"');
}

static void
add_value(str_t *line, const log_field_t *f)
{
    char id[UUID_TEXT_SIZE];

    switch (f->kind) {
    case LOG_F_STR:
        add_text(line, f->v.s);
        break;
    case LOG_F_I64:
        str_add_i64(line, f->v.i);
        break;
    case LOG_F_U64:
        str_add_u64(line, f->v.u);
        break;
    case LOG_F_REAL:
        if (isfinite(f->v.r))
            str_printf(line, "%.9g", f->v.r);
        else
            str_add(line, "null");
        break;
    case LOG_F_BOOL:
        str_add(line, f->v.b ? "true" : "false");
        break;
    case LOG_F_ID:
        if (f->v.id == NULL) {
            str_add(line, "null");
            break;
        }
        uuid_format(f->v.id, id);
        add_text(line, id);
        break;
    case LOG_F_END:
        break;
    }
}

/* One write per line, so that lines of several processes on one stderr do not mix.  A log that cannot be written must
 * not stop the service: the error has no better place to go. */
static void
put(const str_t *line)
{
    size_t done = 0;

    while (done < line->len) {
        ssize_t n = write(STDERR_FILENO, line->ptr + done, line->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        done += (size_t) n;
    }
}

static void
write_line(log_level_t level, const char *event, const log_field_t *fields)
{
    AUTO_STR line = STR_INIT;
    char now[TIME_TEXT_SIZE];

    time_format(time_now_us(), now);
    str_add(&line, "{\"time\":\"");
    str_add(&line, now);
    str_add(&line, "\",\"level\":\"");
    str_add(&line, level_name(level));
    str_add(&line, "\",\"service\":");
    add_text(&line, state.service);
    str_add(&line, ",\"event\":");
    add_text(&line, event);
    for (; fields->kind != LOG_F_END; fields++) {
        str_add_char(&line, ',');
        add_text(&line, fields->name);
        str_add_char(&line, ':');
        add_value(&line, fields);
    }
    str_add(&line, "}\n");
    put(&line);
}

static limit_t *
limit_of(const char *event)
{
    for (size_t i = 0; i < state.limit_count; i++)
        if (state.limits[i].event == event || strcmp(state.limits[i].event, event) == 0)
            return &state.limits[i];
    if (state.limit_count == EVENTS_MAX)
        return &state.limits[EVENTS_MAX - 1];
    state.limits[state.limit_count].event = event;
    return &state.limits[state.limit_count++];
}

/* Ends the windows that are over and tells what they held back. */
static void
tell_suppressed(int64_t now_ms)
{
    state.any_suppressed = false;
    for (size_t i = 0; i < state.limit_count; i++) {
        limit_t *l = &state.limits[i];
        if (l->suppressed == 0)
            continue;
        if (now_ms - l->since_ms < WINDOW_MS) {
            state.any_suppressed = true;
            continue;
        }
        write_line(LOG_WARN, "log.suppressed", log_fields_(F_STR("of", l->event), F_U64("lines", l->suppressed)));
        l->suppressed = 0;
    }
}

static bool
within_limit(const char *event)
{
    int64_t now = time_monotonic_ms();

    if (state.any_suppressed)
        tell_suppressed(now);

    limit_t *l = limit_of(event);
    if (l->lines == 0 || now - l->since_ms >= WINDOW_MS) {
        l->since_ms = now;
        l->lines = 0;
    }
    if (l->lines < WINDOW_LINES) {
        l->lines++;
        return true;
    }
    l->suppressed++;
    state.any_suppressed = true;
    return false;
}

void
log_write(log_level_t level, const char *event, const log_field_t *fields)
{
    int saved = errno;

    pthread_mutex_lock(&state.lock);
    if (level >= state.min && within_limit(event))
        write_line(level, event, fields);
    pthread_mutex_unlock(&state.lock);
    errno = saved;
}

void
log_err(log_level_t level, const char *event, const err_t *err)
{
    AUTO_STR origin = STR_INIT;
    const char *file = err->file == NULL ? "?" : err->file;
    const char *tail = strstr(file, "/common/");

    /* the path inside the source tree, wherever it was built */
    if (tail == NULL)
        tail = strstr(file, "/services/");
    str_printf(&origin, "%s:%d", tail == NULL ? file : tail + 1, err->line);
    log_write(level, event,
              log_fields_(F_STR("class", err_class_name(err->cls)), F_STR("code", err->code),
                          F_STR("sqlstate", err->sqlstate[0] == '\0' ? NULL : err->sqlstate),
                          F_STR("pointer", err->pointer[0] == '\0' ? NULL : err->pointer), F_STR("origin", origin.ptr),
                          F_STR("text", err->text)));
}
