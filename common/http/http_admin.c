/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"
#include "json/json_out.h"
#include "metrics/metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIVE_LIMIT_MS 3000
#define CONNECTIONS_MAX 32u
#define CONNECTIONS_PER_ADDRESS 16u /* whoever holds these does not keep the supervisor from asking */
#define CONNECTION_TIMEOUT_S 10u
#define BACKLOG 64

struct http_admin {
    struct MHD_Daemon *daemon;
    atomic_int_least64_t beat_ms, live_limit_ms;
    pthread_mutex_t lock; /* guards what follows */
    bool ready;
    str_t reason;
    str_t state;
};

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned status, const char *type, const str_t *body)
{
    /* libmicrohttpd copies and only reads, though its parameter is not const */
    union {
        const char *in;
        void *out;
    } bytes = { .in = str_c(body) };
    struct MHD_Response *response = MHD_create_response_from_buffer(body->len, bytes.out, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result rc = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (rc == MHD_YES)
        rc = MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (rc == MHD_YES)
        rc = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result
answer_live(http_admin_t *self, struct MHD_Connection *connection)
{
    AUTO_STR body = STR_INIT;
    int64_t age_ms = time_monotonic_ms() - atomic_load(&self->beat_ms);
    int64_t limit_ms = atomic_load(&self->live_limit_ms);
    bool live = age_ms <= limit_ms;
    json_out_t out;

    json_out_init(&out, &body);
    json_out_object(&out, NULL);
    json_out_bool(&out, "live", live);
    json_out_i64(&out, "beat_age_ms", age_ms);
    json_out_i64(&out, "limit_ms", limit_ms);
    json_out_end(&out);
    return answer(connection, live ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "application/json", &body);
}

static enum MHD_Result
answer_ready(http_admin_t *self, struct MHD_Connection *connection)
{
    AUTO_STR body = STR_INIT;
    json_out_t out;

    (void) pthread_mutex_lock(&self->lock);
    bool ready = self->ready;
    json_out_init(&out, &body);
    json_out_object(&out, NULL);
    json_out_bool(&out, "ready", ready);
    json_out_text(&out, "reason", str_c(&self->reason));
    json_out_end(&out);
    (void) pthread_mutex_unlock(&self->lock);
    return answer(connection, ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "application/json", &body);
}

static enum MHD_Result
answer_state(http_admin_t *self, struct MHD_Connection *connection)
{
    AUTO_STR body = STR_INIT;

    (void) pthread_mutex_lock(&self->lock);
    str_add(&body, self->state.len == 0 ? "{}" : self->state.ptr);
    (void) pthread_mutex_unlock(&self->lock);
    return answer(connection, MHD_HTTP_OK, "application/json", &body);
}

static enum MHD_Result
answer_metrics(struct MHD_Connection *connection)
{
    AUTO_STR body = STR_INIT;

    metrics_render(&body);
    return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &body);
}

static enum MHD_Result
answer_other(struct MHD_Connection *connection, unsigned status, const char *text)
{
    AUTO_STR body = STR_INIT;

    str_add(&body, text);
    return answer(connection, status, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
           const char *upload, size_t *upload_size, void **request_p)
{
    http_admin_t *self = ctx;
    static char seen; /* its address marks a request whose headers were seen */

    (void) version;
    (void) upload;
    if (*request_p == NULL) {
        *request_p = &seen;
        return MHD_YES;
    }
    *upload_size = 0; /* bodies are read and dropped */
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return answer_other(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
    if (strcmp(url, "/livez") == 0)
        return answer_live(self, connection);
    if (strcmp(url, "/readyz") == 0)
        return answer_ready(self, connection);
    if (strcmp(url, "/statez") == 0)
        return answer_state(self, connection);
    if (strcmp(url, "/metrics") == 0)
        return answer_metrics(connection);
    return answer_other(connection, MHD_HTTP_NOT_FOUND, "/livez /readyz /metrics /statez\n");
}

/* "127.0.0.1:9100", "[::1]:9100", "*:9100" → host and port. */
static bool
split_bind(const char *bind_text, str_t *ret_host, const char **ret_port, err_t *err)
{
    const char *colon = strrchr(bind_text, ':');
    uint64_t port;

    if (colon == NULL || !num_u64(colon + 1, strlen(colon + 1), &port) || port > 65535)
        return err_set(err, ERR_CONFIG, "http.bind", "%s: expected HOST:PORT, such as 127.0.0.1:9100", bind_text);
    size_t n = (size_t) (colon - bind_text);
    if (n >= 2 && bind_text[0] == '[' && bind_text[n - 1] == ']')
        str_add_n(ret_host, bind_text + 1, n - 2);
    else
        str_add_n(ret_host, bind_text, n);
    *ret_port = colon + 1;
    return true;
}

static bool
listen_on(const struct addrinfo *info, const char *bind_text, int *ret_fd, err_t *err)
{
    int yes = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return err_set(err, ERR_RETRY, "http.bind", "%s: cannot create a socket: %s", bind_text, strerror(errno));
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
        *ret_fd = fd;
        return true;
    }
    int no = errno;
    (void) close(fd);
    return err_set(err, no == EADDRINUSE ? ERR_RETRY : ERR_CONFIG, "http.bind",
                   "%s: cannot listen: %s; set another address", bind_text, strerror(no));
}

bool
http_listen(const char *bind_text, int *ret_fd, err_t *err)
{
    AUTO_STR host = STR_INIT;
    const char *port;
    struct addrinfo *info = NULL;
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV
    };

    if (!split_bind(bind_text, &host, &port, err))
        return false;
    const char *node = host.len == 0 || strcmp(host.ptr, "*") == 0 ? NULL : host.ptr;
    int rc = getaddrinfo(node, port, &hints, &info);
    if (rc != 0)
        return err_set(err, ERR_CONFIG, "http.bind", "%s: %s", bind_text, gai_strerror(rc));
    bool ok = listen_on(info, bind_text, ret_fd, err);
    freeaddrinfo(info);
    return ok;
}

/* libmicrohttpd's thread must not take the signals that the loop reads from its signalfd. */
static struct MHD_Daemon *
start_daemon(http_admin_t *self, int fd)
{
    sigset_t all;
    sigset_t old;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, self,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                         MHD_OPTION_PER_IP_CONNECTION_LIMIT, CONNECTIONS_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT,
                         CONNECTION_TIMEOUT_S, MHD_OPTION_END);
    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    return daemon;
}

bool
http_admin_start(const char *bind_text, http_admin_t **ret, err_t *err)
{
    int fd = -1;

    if (!http_listen(bind_text, &fd, err))
        return false;
    http_admin_t *self = mem_new(http_admin_t);
    (void) pthread_mutex_init(&self->lock, NULL);
    str_add(&self->reason, "starting");
    atomic_init(&self->beat_ms, time_monotonic_ms());
    atomic_init(&self->live_limit_ms, LIVE_LIMIT_MS);
    self->daemon = start_daemon(self, fd);
    if (self->daemon == NULL) {
        (void) close(fd);
        http_admin_destroy(&self);
        return err_set(err, ERR_RETRY, "http.start", "%s: cannot start the admin HTTP thread", bind_text);
    }
    *ret = self;
    return true;
}

void
http_admin_destroy(http_admin_t **self_p)
{
    http_admin_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    if (self->daemon != NULL)
        MHD_stop_daemon(self->daemon); /* closes the listener, joins the thread */
    str_done(&self->reason);
    str_done(&self->state);
    (void) pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

void
http_admin_beat(http_admin_t *self)
{
    atomic_store(&self->beat_ms, time_monotonic_ms());
}

void
http_admin_live_limit(http_admin_t *self, int64_t limit_ms)
{
    atomic_store(&self->live_limit_ms, limit_ms < LIVE_LIMIT_MS ? LIVE_LIMIT_MS : limit_ms);
}

void
http_admin_ready(http_admin_t *self, bool ready, const char *reason)
{
    (void) pthread_mutex_lock(&self->lock);
    self->ready = ready;
    str_clear(&self->reason);
    str_add(&self->reason, reason);
    (void) pthread_mutex_unlock(&self->lock);
}

void
http_admin_state(http_admin_t *self, const char *json, size_t n)
{
    (void) pthread_mutex_lock(&self->lock);
    str_clear(&self->state);
    str_add_n(&self->state, json, n);
    (void) pthread_mutex_unlock(&self->lock);
}
