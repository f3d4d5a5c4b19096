/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base/time.h"
#include "config/yaml_doc.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct cli_link {
    bus_t *bus;
    bus_client_t *client;
};

static const char *const names[CLI_SERVICE_COUNT] = { "intake", "comparison", "alerting", "referral" };

const char *
cli_service_name(cli_service_t service)
{
    return names[service];
}

bool
cli_given_endpoint(const cli_options_t *options, const char *service, const char *what, str_t *ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;
    char path[PATH_MAX];

    (void) snprintf(path, sizeof(path), "%s/endpoints.yaml", options->home);
    if (access(path, F_OK) != 0)
        return true;
    if (!yaml_doc_load(path, &doc, err))
        return false;
    const yaml_node_t *root = yaml_doc_root(doc);
    const yaml_node_t *node = yaml_get(service != NULL ? yaml_get(root, service) : root, what);
    if (node != NULL && yaml_text(node) != NULL)
        str_add(ret, yaml_text(node));
    return true;
}

bool
cli_endpoint(const cli_options_t *options, cli_service_t service, bool stream, char **ret, err_t *err)
{
    AUTO_STR endpoint = STR_INIT;

    if (!cli_given_endpoint(options, names[service], stream ? "stream" : "request", &endpoint, err))
        return false;
    if (endpoint.len == 0)
        str_printf(&endpoint, "tcp://127.0.0.1:%u", 7100U + 100U * (unsigned) service + (stream ? 1U : 0U));
    *ret = mem_strdup(str_c(&endpoint));
    return true;
}

bool
cli_admin_address(const cli_options_t *options, const char *service, const char *otherwise, char **ret, err_t *err)
{
    AUTO_STR address = STR_INIT;

    if (!cli_given_endpoint(options, service, "http", &address, err))
        return false;
    *ret = mem_strdup(address.len == 0 ? otherwise : str_c(&address));
    return true;
}

bool
cli_load_key(const cli_options_t *options, const char *name, bus_key_t *ret, err_t *err)
{
    char path[PATH_MAX];

    (void) snprintf(path, sizeof(path), "%s/keys/%s.key_secret", options->home, name);
    if (access(path, R_OK) != 0)
        return err_set(err, ERR_CONFIG, "no_key", "there is no key %s; `plimsoll keys new %s …` makes one, --home tells where", path,
                       name);
    return bus_key_load(path, ret, err);
}

bool
cli_link_open(const cli_options_t *options, cli_service_t service, const char *key_name, cli_link_t **ret, err_t *err)
{
    AUTO(cli_link) self = mem_new(cli_link_t);
    AUTO_FREE char *endpoint = NULL;
    char path[PATH_MAX];
    bus_key_t own, peer;

    if (!cli_load_key(options, options->key != NULL ? options->key : key_name, &own, err))
        return false;
    (void) snprintf(path, sizeof(path), "%s/keys/%s.key", options->home, names[service]);
    bool ok = bus_key_load(path, &peer, err) && cli_endpoint(options, service, false, &endpoint, err) &&
              bus_new(NULL, &self->bus, err) && bus_client_new(self->bus, endpoint, &own, peer.public_z85, &self->client, err);
    bus_key_done(&own);
    if (!ok)
        return err_add(err, names[service]);
    *ret = TAKE(self);
    return true;
}

void
cli_link_destroy(cli_link_t **self_p)
{
    if (self_p == NULL || *self_p == NULL)
        return;
    bus_client_destroy(&(*self_p)->client);
    bus_destroy(&(*self_p)->bus);
    mem_free(*self_p);
    *self_p = NULL;
}

bool
cli_link_send(cli_link_t *self, const char *type, const char *source, const char *subject, const char *id, slice_t data,
              err_t *err)
{
    AUTO_STR frame = STR_INIT;
    event_draft_t draft = {
        .id = id, .source = source, .type = type, .subject = subject, .time_us = time_now_us(), .data = data,
    };

    event_encode(&draft, &frame);
    return bus_client_send(self->client, frame.ptr, frame.len, err);
}

bool
cli_link_recv(cli_link_t *self, int64_t timeout_ms, event_t **ret, err_t *err)
{
    AUTO_STR frame = STR_INIT;
    event_t *reply = NULL;
    json_in_t in;
    err_t ignored = { 0 };

    if (!bus_client_wait(self->client, timeout_ms, &frame, err))
        return false;
    if (!event_decode(frame.ptr, frame.len, &reply, err))
        return err_add(err, "reply");
    *ret = reply;
    if (strcmp(reply->type, "plimsoll.error.v1") != 0)
        return true;
    json_in_init(&in, reply->data, "", &ignored);
    const char *code = json_in_text_or(&in, "code", "internal");
    err_class_t cls = strcmp(code, "not_ready") == 0 || strcmp(code, "busy") == 0 ? ERR_RETRY : ERR_REJECT;
    (void) err_set(err, cls, code, "%s", json_in_text_or(&in, "message", "(no message)"));
    if (err != NULL)
        (void) str_copy(err->pointer, sizeof(err->pointer), json_in_text_or(&in, "pointer", ""));
    return false;
}

enum { ASK_AGAIN_MS = 3000 };

bool
cli_link_call(cli_link_t *self, const char *type, const char *source, const char *id, slice_t data, int64_t timeout_ms,
              event_t **ret, err_t *err)
{
    int64_t end = time_monotonic_ms() + timeout_ms;

    for (;;) {
        if (!cli_link_send(self, type, source, NULL, id, data, err))
            return false;
        int64_t again = time_monotonic_ms() + ASK_AGAIN_MS;
        for (;;) {
            AUTO(event) reply = NULL;
            int64_t now = time_monotonic_ms();
            int64_t wait = (again < end ? again : end) - now;
            err_t got = { 0 };
            bool ok = cli_link_recv(self, wait > 0 ? wait : 0, &reply, &got);
            if (reply != NULL && (reply->causationid == NULL || strcmp(reply->causationid, id) != 0))
                continue; /* a late reply to what was asked twice */
            if (ok) {
                *ret = TAKE(reply);
                return true;
            }
            if (got.cls != ERR_RETRY || time_monotonic_ms() >= end) {
                *err = got;
                return false;
            }
            if (reply == NULL)
                break;
            /* not ready or busy: it answered at once, so the next question waits its turn */
            struct timespec ts = { 0, 200 * 1000000L };
            (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
            break;
        }
    }
}

bool
cli_ask(const cli_options_t *options, cli_service_t service, const char *type, slice_t data, event_t **ret, err_t *err)
{
    AUTO(cli_link) link = NULL;
    AUTO(event) reply = NULL;
    uuid_t id;
    char id_text[UUID_TEXT_SIZE];

    uuid_random(&id);
    uuid_format(&id, id_text);
    if (!cli_link_open(options, service, "operator", &link, err) ||
        !cli_link_call(link, type, "/cli", id_text, data, options->timeout_ms, &reply, err))
        return false;
    *ret = TAKE(reply);
    return true;
}
