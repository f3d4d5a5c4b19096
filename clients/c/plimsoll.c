/* SPDX-License-Identifier: Apache-2.0 */
#include "plimsoll.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { Z85 = 41, FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 15000, KEY_FILE_MAX = 65536, FRAME_MAX = 8 * 1024 * 1024 };

struct plimsoll {
    void *context, *socket;
    char endpoint[256], department[64], own_public[Z85], own_secret[Z85], server_public[Z85];
    char error[512];
};

static _Thread_local char open_error[512];

static long long
now_ms(void)
{
    struct timespec ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);
    return (long long) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void say(plimsoll_t *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void
say(plimsoll_t *self, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void) vsnprintf(self->error, sizeof(self->error), fmt, args);
    va_end(args);
}

/* ---- key files ("name = "value"" lines) ------------------------------------------------------------------------- */

static int
read_member(const char *text, const char *name, char *ret, size_t cap)
{
    size_t n = strlen(name);

    for (const char *p = text; p != NULL && *p != '\0'; p = strchr(p, '\n')) {
        p += strspn(p, " \t\r\n");
        if (strncmp(p, name, n) != 0)
            continue;
        const char *eq = p + n + strspn(p + n, " \t");
        const char *from = *eq == '=' ? strchr(eq, '"') : NULL, *to = from != NULL ? strchr(from + 1, '"') : NULL;
        if (to == NULL || (size_t) (to - from) > cap)
            return 0;
        memcpy(ret, from + 1, (size_t) (to - from - 1));
        ret[to - from - 1] = '\0';
        return 1;
    }
    return 0;
}

static int
read_key(const char *path, char *public_key, char *secret_key, char *department, size_t department_cap)
{
    char *text = calloc(1, KEY_FILE_MAX + 1);
    FILE *f = fopen(path, "re");
    int ok = 0;

    if (text != NULL && f != NULL && fread(text, 1, KEY_FILE_MAX, f) > 0) {
        ok = read_member(text, "public-key", public_key, Z85) && (secret_key == NULL || read_member(text, "secret-key", secret_key, Z85));
        if (department != NULL)
            ok = ok && read_member(text, "department", department, department_cap) && department[0] != '\0';
        if (!ok)
            (void) snprintf(open_error, sizeof(open_error), "%s is no %s", path, secret_key != NULL ? "secret key of a department" : "public key");
        memset(text, 0, KEY_FILE_MAX);
    } else {
        (void) snprintf(open_error, sizeof(open_error), "cannot read %s: %s", path, strerror(errno));
    }
    if (f != NULL)
        (void) fclose(f);
    free(text);
    return ok;
}

plimsoll_t *
plimsoll_open(const char *endpoint, const char *server_key, const char *own_key)
{
    plimsoll_t *self = calloc(1, sizeof(*self));

    open_error[0] = '\0';
    if (self == NULL || strlen(endpoint) >= sizeof(self->endpoint)) {
        (void) snprintf(open_error, sizeof(open_error), self == NULL ? "out of memory" : "the endpoint is too long");
        free(self);
        return NULL;
    }
    memcpy(self->endpoint, endpoint, strlen(endpoint));
    if (!read_key(server_key, self->server_public, NULL, NULL, 0) ||
        !read_key(own_key, self->own_public, self->own_secret, self->department, sizeof(self->department)) ||
        (self->context = zmq_ctx_new()) == NULL) {
        plimsoll_close(self);
        return NULL;
    }
    return self;
}

const char *
plimsoll_open_error(void)
{
    return open_error;
}

const char *
plimsoll_error(const plimsoll_t *self)
{
    return self->error;
}

static void
disconnect(plimsoll_t *self)
{
    if (self->socket != NULL)
        (void) zmq_close(self->socket);
    self->socket = NULL;
}

void
plimsoll_close(plimsoll_t *self)
{
    if (self == NULL)
        return;
    disconnect(self);
    if (self->context != NULL)
        (void) zmq_ctx_term(self->context);
    memset(self->own_secret, 0, sizeof(self->own_secret));
    free(self);
}

static int
connect_again(plimsoll_t *self)
{
    int linger = 0;

    disconnect(self);
    self->socket = zmq_socket(self->context, ZMQ_DEALER);
    return self->socket != NULL && zmq_setsockopt(self->socket, ZMQ_LINGER, &linger, sizeof(linger)) == 0 &&
           zmq_setsockopt(self->socket, ZMQ_CURVE_SERVERKEY, self->server_public, Z85) == 0 &&
           zmq_setsockopt(self->socket, ZMQ_CURVE_PUBLICKEY, self->own_public, Z85) == 0 &&
           zmq_setsockopt(self->socket, ZMQ_CURVE_SECRETKEY, self->own_secret, Z85) == 0 && zmq_connect(self->socket, self->endpoint) == 0;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* The reply to this very batch within `until`, or NULL. */
static cJSON *
receive(plimsoll_t *self, const char *id, long long until)
{
    for (;;) {
        long long left = until - now_ms();
        zmq_pollitem_t item = { self->socket, 0, ZMQ_POLLIN, 0 };
        zmq_msg_t msg;
        cJSON *reply = NULL;

        if (left <= 0 || zmq_poll(&item, 1, (long) left) <= 0)
            return NULL;
        (void) zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, self->socket, ZMQ_DONTWAIT) > 0)
            reply = cJSON_ParseWithLength(zmq_msg_data(&msg), zmq_msg_size(&msg));
        (void) zmq_msg_close(&msg);
        const char *cause = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "causationid"));
        if (cause != NULL && strcmp(cause, id) == 0)
            return reply;
        cJSON_Delete(reply);
    }
}

static char *
write_event(const plimsoll_t *self, const char *dataset, const char *id, const char *records, size_t n, const char *members, size_t *ret_len)
{
    cJSON *names = cJSON_CreateStringArray((const char *[]) { id, dataset }, 2);
    char *id_text = names != NULL ? cJSON_PrintUnformatted(cJSON_GetArrayItem(names, 0)) : NULL;
    char *subject = names != NULL ? cJSON_PrintUnformatted(cJSON_GetArrayItem(names, 1)) : NULL;
    char when[32], *event = NULL;
    time_t now = time(NULL);
    struct tm tm;

    (void) strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    if (id_text != NULL && subject != NULL) {
        size_t cap = n + strlen(id_text) + strlen(subject) + strlen(members) + 512;

        event = malloc(cap);
        if (event != NULL)
            *ret_len = (size_t) snprintf(event, cap,
                                         "{\"specversion\":\"1.0\",\"id\":%s,\"source\":\"/departments/%s\",\"type\":\"plimsoll.feed.batch.v1\","
                                         "\"subject\":%s,\"time\":\"%s\",\"datacontenttype\":\"application/json\",\"data\":{\"records\":%.*s%s%s}}",
                                         id_text, self->department, subject, when, (int) n, records, members[0] != '\0' ? "," : "", members);
    }
    free(id_text);
    free(subject);
    cJSON_Delete(names);
    return event;
}

/* Waits as long as the service said, but not beyond `end`. */
static void
wait_ms(long long ms, long long end)
{
    long long left = end - now_ms();

    ms = ms < left ? ms : left;
    if (ms > 0)
        (void) zmq_poll(NULL, 0, (long) ms);
}

static plimsoll_result_t
ask(plimsoll_t *self, const char *id, const char *event, size_t len, long timeout_ms, char **ret)
{
    long long end = now_ms() + timeout_ms, wait = FIRST_WAIT_MS;

    for (;;) {
        if (self->socket == NULL && !connect_again(self)) {
            say(self, "%s: %s", self->endpoint, zmq_strerror(errno));
            return PLIMSOLL_MISUSE;
        }
        long long until = now_ms() + wait;
        (void) zmq_send(self->socket, event, len, 0);
        cJSON *reply = receive(self, id, until < end ? until : end);
        const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "type"));
        cJSON *data = cJSON_GetObjectItemCaseSensitive(reply, "data");
        const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(data, "code"));
        int is_error = type != NULL && strcmp(type, "plimsoll.error.v1") == 0;
        int again = is_error && code != NULL && (strcmp(code, "busy") == 0 || strcmp(code, "not_ready") == 0);
        const cJSON *after = cJSON_GetObjectItemCaseSensitive(data, "retry_after_ms");
        long long pause = cJSON_IsNumber(after) ? (long long) after->valuedouble : 200;

        free(*ret);
        *ret = reply != NULL ? cJSON_PrintUnformatted(data) : NULL;
        if (is_error) {
            const char *message = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(data, "message"));

            say(self, "%s: %s", code != NULL ? code : "error", message != NULL ? message : "");
        }
        cJSON_Delete(reply);
        if (type != NULL && reply != NULL && !again)
            return is_error ? PLIMSOLL_REFUSED : PLIMSOLL_OK;
        if (now_ms() >= end) {
            if (!again)
                say(self, "no receipt of batch %s within %ld ms; is the key registered and valid?", id, timeout_ms);
            return PLIMSOLL_NO_ANSWER;
        }
        if (again) {
            wait_ms(pause, end);
        } else {
            wait = wait * 2 < LONGEST_WAIT_MS ? wait * 2 : LONGEST_WAIT_MS;
            disconnect(self);
        }
    }
}

plimsoll_result_t
plimsoll_publish_with(plimsoll_t *self, const char *dataset, const char *id, const char *records, size_t n, const char *members,
                      long timeout_ms, char **ret)
{
    plimsoll_result_t result = PLIMSOLL_MISUSE;
    size_t len = 0;
    char *event;

    *ret = NULL;
    if (n < 2 || n > FRAME_MAX || records[0] != '[' || records[n - 1] != ']') {
        say(self, "records must be a JSON array of at most %d bytes", FRAME_MAX);
        return PLIMSOLL_MISUSE;
    }
    event = write_event(self, dataset, id, records, n, members, &len);
    if (event == NULL)
        say(self, "out of memory");
    else
        result = ask(self, id, event, len, timeout_ms, ret);
    free(event);
    return result;
}

plimsoll_result_t
plimsoll_publish(plimsoll_t *self, const char *dataset, const char *id, const char *records, size_t n, long timeout_ms, char **ret)
{
    return plimsoll_publish_with(self, dataset, id, records, n, "", timeout_ms, ret);
}
