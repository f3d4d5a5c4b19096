/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "base/time.h"
#include "dashboard.h"
#include "http/http.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#define CONNECTION_BYTES (32u * 1024) /* of a request's line and headers together, and of what is being sent */
#define ARGS_MAX 16
#define TURNS_MAX 4

struct page {
    dashboard_t *dashboard;
    struct MHD_Daemon *daemon;
    int epoll_fd;
    bool failed;
    err_t failure; /* of the database, met while answering; the loop draws the consequence */
    metric_t *seconds[ROUTE_COUNT], *faults;
};

/* What a response says besides its body. */
typedef struct {
    const char *type, *cache, *etag, *allow, *retry_after;
} headers_t;

static const char *const security[][2] = {
    { "Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                                 "object-src 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
};

static bool
add(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Takes the response in any case. */
static enum MHD_Result
queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response, const headers_t *h)
{
    bool ok = add(response, MHD_HTTP_HEADER_CONTENT_TYPE, h->type) && add(response, MHD_HTTP_HEADER_CACHE_CONTROL, h->cache) &&
              add(response, MHD_HTTP_HEADER_ETAG, h->etag) && add(response, MHD_HTTP_HEADER_ALLOW, h->allow) &&
              add(response, MHD_HTTP_HEADER_RETRY_AFTER, h->retry_after);
    for (size_t i = 0; i < COUNT_OF(security); i++)
        ok = ok && add(response, security[i][0], security[i][1]);
    enum MHD_Result rc = ok ? MHD_queue_response(connection, status, response) : MHD_NO;
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned status, const str_t *body, const headers_t *h)
{
    /* libmicrohttpd copies and only reads, though its parameter is not const */
    union {
        const char *in;
        void *out;
    } bytes = { .in = str_c(body) };
    struct MHD_Response *response = MHD_create_response_from_buffer(body->len, bytes.out, MHD_RESPMEM_MUST_COPY);

    return response == NULL ? MHD_NO : queue(connection, status, response, h);
}

static enum MHD_Result
answer_error(struct MHD_Connection *connection, unsigned status, const char *code, const char *message, const char *pointer)
{
    AUTO_STR body = STR_INIT;
    json_out_t out;
    const headers_t h = { .type = "application/json",
                          .cache = "no-store",
                          .allow = status == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET, HEAD" : NULL,
                          .retry_after = status == MHD_HTTP_SERVICE_UNAVAILABLE ? "2" : NULL };

    json_out_init(&out, &body);
    json_out_object(&out, NULL);
    json_out_text(&out, "code", code);
    json_out_text(&out, "message", message);
    if (pointer[0] != '\0')
        json_out_text(&out, "pointer", pointer);
    json_out_end(&out);
    return answer(connection, status, &body, &h);
}

/* A fault of the request is told; one of ours is kept for the loop, and the client hears that it may come again. */
static enum MHD_Result
answer_failure(page_t *self, struct MHD_Connection *connection, const err_t *err)
{
    if (err->cls == ERR_REJECT) {
        unsigned status = strcmp(err->code, "not_found") == 0 ? MHD_HTTP_NOT_FOUND : MHD_HTTP_BAD_REQUEST;
        return answer_error(connection, status, err->code, err->text, err->pointer);
    }
    if (strcmp(err->code, "not_ready") != 0 && !self->failed) {
        self->failed = true;
        self->failure = *err;
    }
    metric_add(self->faults, 1);
    if (err->cls == ERR_RETRY)
        return answer_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "not_ready", "the database cannot be asked now", "");
    return answer_error(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "internal", "the log of the service says why", "");
}

static enum MHD_Result
answer_file(const page_t *self, struct MHD_Connection *connection, const char *path)
{
    const asset_t *asset = assets_find(self->dashboard->assets, path);
    const str_t nothing = STR_INIT;

    if (assets_count(self->dashboard->assets) == 0)
        return answer_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "not_ready",
                            "the page is not built: cd services/dashboard/web && npm ci && npm run build", "");
    if (asset == NULL)
        return answer_error(connection, MHD_HTTP_NOT_FOUND, "not_found", "no such file", "");
    const headers_t h = { .type = asset->type,
                          .etag = asset->etag,
                          .cache = asset->immutable ? "public, max-age=31536000, immutable" : "no-cache" };
    const char *known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (asset_is_match(asset, known))
        return answer(connection, MHD_HTTP_NOT_MODIFIED, &nothing, &h);
    return answer(connection, MHD_HTTP_OK, &asset->bytes, &h);
}

static enum MHD_Result
answer_events(const page_t *self, struct MHD_Connection *connection, const route_t *route, bool head_only)
{
    const headers_t h = { .type = "text/event-stream; charset=utf-8", .cache = "no-store" };
    const str_t nothing = STR_INIT;
    int64_t after = route_event_id(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Last-Event-ID"));

    if (head_only)
        return answer(connection, MHD_HTTP_OK, &nothing, &h);
    if (!self->dashboard->loaded)
        return answer_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "not_ready", "the database cannot be asked now", "");
    struct MHD_Response *response =
        live_open(self->dashboard->live, connection, after >= 0 ? after : route->after, route->region);
    if (response == NULL)
        return answer_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "busy", "too many live streams are open", "");
    return queue(connection, MHD_HTTP_OK, response, &h);
}

static enum MHD_Result
answer_api(page_t *self, struct MHD_Connection *connection, const route_t *route)
{
    AUTO_STR body = STR_INIT;
    err_t err = { 0 };
    const headers_t h = { .type = "application/json", .cache = "no-store" };

    if (!dashboard_api(self->dashboard, route, &body, &err))
        return answer_failure(self, connection, &err);
    return answer(connection, MHD_HTTP_OK, &body, &h);
}

typedef struct {
    route_arg_t args[ARGS_MAX];
    size_t n;
    bool too_many;
} args_t;

static enum MHD_Result
on_arg(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    args_t *self = ctx;

    (void) kind;
    if (self->n == ARGS_MAX) {
        self->too_many = true;
        return MHD_NO;
    }
    self->args[self->n++] = (route_arg_t){ name, value };
    return MHD_YES;
}

static enum MHD_Result
dispatch(page_t *self, struct MHD_Connection *connection, const char *path, bool head_only)
{
    const dashboard_config_t *config = svc_config(self->dashboard->svc);
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    args_t args = { .n = 0 };
    route_t route = { .kind = ROUTE_FILE };
    err_t err = { 0 };

    /* a page elsewhere whose name was pointed at this address must not read through its visitor's browser */
    if (!route_host_is_allowed(host, config->hosts))
        return answer_error(connection, MHD_HTTP_MISDIRECTED_REQUEST, "forbidden",
                            "this name is not in the setting `hosts`", "");
    (void) MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, on_arg, &args);
    if (args.too_many)
        return answer_error(connection, MHD_HTTP_BAD_REQUEST, "bad_request", "too many parameters", "/query");
    if (!route_parse(path, args.args, args.n, &route, &err))
        return answer_failure(self, connection, &err);
    int64_t start_us = time_monotonic_us();
    enum MHD_Result rc = route.kind == ROUTE_FILE     ? answer_file(self, connection, path)
                         : route.kind == ROUTE_EVENTS ? answer_events(self, connection, &route, head_only)
                                                      : answer_api(self, connection, &route);
    metric_observe(self->seconds[route.kind], (double) (time_monotonic_us() - start_us) / 1e6);
    return rc;
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
           const char *upload, size_t *upload_size, void **request_p)
{
    static char seen; /* its address marks a request whose headers were seen */
    bool head_only = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

    (void) version;
    (void) upload;
    if (!head_only && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return answer_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "method", "the dashboard only reads: GET or HEAD", "");
    if (*request_p == NULL) {
        *request_p = &seen;
        return MHD_YES;
    }
    if (*upload_size != 0)
        return MHD_NO; /* nothing here takes a body */
    return dispatch(ctx, connection, url, head_only);
}

static void
wake_in_time(const page_t *self)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;

    if (MHD_get_timeout(self->daemon, &timeout_ms) == MHD_YES)
        svc_wake_within(self->dashboard->svc, timeout_ms > INT32_MAX ? INT32_MAX : (int64_t) timeout_ms);
}

static bool
on_turn(svc_t *svc, void *state, err_t *err)
{
    dashboard_t *dashboard = state;
    page_t *self = dashboard->page;
    bool wrote = true;
    bool ok = true;

    (void) svc;
    self->failed = false;
    for (int i = 0; wrote && i < TURNS_MAX; i++) {
        wrote = false;
        (void) MHD_run(self->daemon);
        ok = ok && live_turn(dashboard->live, &wrote, err);
    }
    if (wrote)
        svc_wake_within(svc, 0);
    wake_in_time(self);
    if (self->failed) {
        *err = self->failure;
        return false;
    }
    return ok || strcmp(err->code, "not_ready") == 0;
}

static void
on_log(void *ctx, const char *format, va_list args)
{
    /* its texts may quote requests */
    (void) ctx;
    (void) format;
    (void) args;
    log_debug("page.server");
}

static struct MHD_Daemon *
start_daemon(page_t *self, const dashboard_config_t *config, int fd)
{
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, self,
                            MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned) config->connections, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned) config->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) CONNECTION_BYTES,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned) config->connections_per_address, MHD_OPTION_END);
}

static void
metrics_init(page_t *self)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        AUTO_STR labels = STR_INIT;
        str_printf(&labels, "route=\"%s\"", route_names[i]);
        self->seconds[i] = metrics_histogram("dashboard_http_seconds", labels.ptr, "time to answer a request of the page");
    }
    self->faults = metrics_counter("dashboard_http_faults_total", NULL, "requests that could not be answered");
}

bool
page_start(void *dashboard, page_t **ret, err_t *err)
{
    dashboard_t *d = dashboard;
    const dashboard_config_t *config = svc_config(d->svc);
    int fd = -1;

    if (!http_listen(config->bind_page, &fd, err))
        return err_add(err, "bind.page");
    page_t *self = mem_new(page_t);
    self->dashboard = d;
    self->daemon = start_daemon(self, config, fd);
    const union MHD_DaemonInfo *info =
        self->daemon == NULL ? NULL : MHD_get_daemon_info(self->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL || info->epoll_fd < 0) {
        if (self->daemon != NULL)
            MHD_stop_daemon(self->daemon);
        else
            (void) close(fd);
        mem_free(self);
        return err_set(err, ERR_RETRY, "page.start", "%s: cannot start the HTTP server", config->bind_page);
    }
    self->epoll_fd = info->epoll_fd;
    metrics_init(self);
    *ret = self;
    svc_watch_fd(d->svc, self->epoll_fd, on_turn);
    return true;
}

void
page_stop(page_t **self_p)
{
    page_t *self = *self_p;

    if (self == NULL)
        return;
    svc_watch_fd(self->dashboard->svc, self->epoll_fd, NULL);
    live_end(self->dashboard->live);
    (void) MHD_run(self->daemon); /* sends the streams' ends */
    MHD_stop_daemon(self->daemon);
    mem_free(self);
    *self_p = NULL;
}
