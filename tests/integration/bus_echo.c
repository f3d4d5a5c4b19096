/* SPDX-License-Identifier: Apache-2.0 */
/* A door without a service behind it, for peers of every kind: answers each request with its own bytes, and tells all subscribers
 * that it lives.
 *
 *   bus_echo key DIR NAME            makes DIR/NAME.key_secret and registers it
 *   bus_echo serve DIR REQUEST STREAM with the key DIR/server.key_secret, until its input ends */
#include "base/mem.h"
#include "base/str.h"
#include "bus/bus.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define BEAT_MS 50

static int
say(const err_t *err)
{
    (void) fprintf(stderr, "bus_echo: %s\n", err->text);
    return 1;
}

static int
make_key(const char *dir, const char *name)
{
    AUTO_STR registry = STR_INIT;
    bus_key_t key;
    err_t err;

    str_printf(&registry, "%s/registered", dir);
    if (!bus_key_generate(name, &key, &err))
        return say(&err);
    (void) strcpy(key.streams, "alerts");
    (void) strcpy(key.regions, "*");
    bool ok = bus_key_write(&key, dir, &err) && bus_keys_register(registry.ptr, &key, &err);
    bus_key_done(&key);
    return ok ? 0 : say(&err);
}

static void
echo(bus_server_t *server)
{
    err_t err;

    for (;;) {
        bus_request_t *request = bus_server_recv(server);
        if (request == NULL)
            return;
        slice_t frame = request->too_large ? (slice_t){ "too_large", strlen("too_large") } : request->frame;
        if (!bus_server_send(server, &request->peer, frame.ptr, frame.len, &err))
            (void) say(&err);
        bus_request_done(&request);
    }
}

static int
serve(const char *dir, const char *request, const char *stream)
{
    AUTO_STR path = STR_INIT;
    bus_keys_t *keys = NULL;
    bus_t *bus = NULL;
    bus_server_t *server = NULL;
    bus_pub_t *pub = NULL;
    bus_key_t own;
    err_t err;

    str_printf(&path, "%s/server.key_secret", dir);
    if (!bus_key_load(path.ptr, &own, &err))
        return say(&err);
    str_clear(&path);
    str_printf(&path, "%s/registered", dir);
    bool ok = bus_keys_open(path.ptr, &keys, &err) && bus_new(keys, &bus, &err) &&
              bus_server_new(bus, request, &own, &server, &err) && bus_pub_new(bus, stream, &own, &pub, &err);
    while (ok) {
        zmq_pollitem_t items[] = { { .fd = bus_server_fd(server), .events = ZMQ_POLLIN }, { .fd = STDIN_FILENO, .events = ZMQ_POLLIN } };
        (void) zmq_poll(items, COUNT_OF(items), BEAT_MS);
        if (items[1].revents != 0)
            break;
        echo(server);
        bus_pub_send(pub, "beat/alerts", "{}", 2);
        bus_pub_send(pub, "alert/320681100207/red", "", 0);
    }
    bus_pub_destroy(&pub);
    bus_server_destroy(&server);
    bus_destroy(&bus);
    bus_keys_destroy(&keys);
    bus_key_done(&own);
    return ok ? 0 : say(&err);
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "key") == 0)
        return make_key(argv[2], argv[3]);
    if (argc == 5 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], argv[3], argv[4]);
    (void) fprintf(stderr, "bus_echo: key DIR NAME | serve DIR REQUEST STREAM\n");
    return 64;
}
