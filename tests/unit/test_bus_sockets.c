/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus_world.h"
#include "event/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include <cmocka.h>

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

static void
request_and_reply(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_client_t *client = NULL;
    AUTO_STR frame = STR_INIT;
    err_t err;

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    assert_true(bus_client_new(w->outside, w->request, &w->reader, w->server.public_z85, &client, &err));
    assert_true(bus_client_send(client, "hello", 5, &err));
    bus_request_t *request = world_recv(server, WAIT_MS);
    assert_non_null(request);
    assert_false(request->too_large);
    assert_string_equal(request->frame.ptr, "hello");
    assert_string_equal(request->peer.key, "reader");
    assert_false(request->peer.delimiter);
    bus_peer_t peer = request->peer;
    bus_request_done(&request);
    assert_null(request);
    assert_true(bus_server_send(server, &peer, "there", 5, &err));
    assert_true(bus_client_wait(client, WAIT_MS, &frame, &err));
    assert_string_equal(frame.ptr, "there");
    assert_true(bus_client_check(client, &err));
    assert_int_equal(bus_client_epoch(client), 1);

    assert_null(bus_server_recv(server));
    assert_false(bus_client_wait(client, 50, &frame, &err));
    assert_int_equal(err.cls, ERR_RETRY);
    assert_true(err.outage);

    /* a reply to someone who left is told */
    peer.connection++;
    assert_false(bus_server_send(server, &peer, "x", 1, &err));
    assert_int_equal(err.cls, ERR_RETRY);
    bus_client_destroy(&client);
    bus_server_destroy(&server);
}

static void
frames_of_all_sizes(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_client_t *client = NULL;
    err_t err;
    char *bytes = mem_alloc(1, EVENT_FRAME_HARD_MAX);

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    assert_true(bus_client_new(w->outside, w->request, &w->reader, w->server.public_z85, &client, &err));
    assert_true(bus_client_send(client, bytes, EVENT_FRAME_MAX, &err));
    assert_true(bus_client_send(client, bytes, EVENT_FRAME_MAX + 1, &err));
    assert_true(bus_client_send(client, "", 0, &err));
    const struct {
        size_t n;
        bool large;
    } expected[] = { { EVENT_FRAME_MAX, false }, { 0, true }, { 0, false } };
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        bus_request_t *request = world_recv(server, WAIT_MS);
        assert_non_null(request);
        assert_int_equal(request->frame.len, expected[i].n);
        assert_int_equal(request->too_large, expected[i].large);
        bus_request_done(&request);
    }
    mem_free(bytes);
    bus_client_destroy(&client);
    bus_server_destroy(&server);
}

/* Replies that take many writes, one after the other on one connection: none may be the last that is sent or heard. */
static void
large_replies(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_client_t *client = NULL;
    AUTO_STR frame = STR_INIT;
    err_t err;
    char *bytes = mem_alloc(1, EVENT_FRAME_MAX);

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    assert_true(bus_client_new(w->outside, w->request, &w->reader, w->server.public_z85, &client, &err));
    for (size_t i = 0; i < 40; i++) {
        size_t n = i % 8 == 7 ? EVENT_FRAME_MAX : (i % 8 + 1) * 1024 * 1024 - 73 + i / 8;
        assert_true(bus_client_send(client, "more", 4, &err));
        bus_request_t *request = world_recv(server, WAIT_MS);
        assert_non_null(request);
        assert_true(bus_server_send(server, &request->peer, bytes, n, &err));
        bus_request_done(&request);
        assert_true(bus_client_wait(client, WAIT_MS, &frame, &err));
        assert_int_equal(frame.len, n);
    }
    mem_free(bytes);
    bus_client_destroy(&client);
    bus_server_destroy(&server);
}

/* Two requests of one key are in hand at most; the next is taken when one is done, another key's meanwhile. */
static void
turns_of_keys(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_client_t *client[2] = { NULL, NULL };
    err_t err;

    assert_true(bus_keys_register(w->registry, &w->stranger, &err));
    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    assert_true(bus_client_new(w->outside, w->request, &w->reader, w->server.public_z85, &client[0], &err));
    assert_true(bus_client_new(w->outside, w->request, &w->stranger, w->server.public_z85, &client[1], &err));
    for (int i = 0; i < 5; i++)
        assert_true(bus_client_send(client[0], "flood", 5, &err));
    bus_request_t *first = world_recv(server, WAIT_MS);
    bus_request_t *second = world_recv(server, WAIT_MS);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(world_recv(server, 200));
    assert_true(bus_client_send(client[1], "other", 5, &err));
    bus_request_t *other = world_recv(server, WAIT_MS);
    assert_non_null(other);
    assert_string_equal(other->peer.key, "stranger");
    bus_request_done(&first);
    bus_request_t *third = world_recv(server, WAIT_MS);
    assert_non_null(third);
    assert_string_equal(third->peer.key, "reader");
    assert_null(world_recv(server, 200));
    bus_request_done(&second);
    bus_request_done(&third);
    bus_request_done(&other);
    bus_client_destroy(&client[0]);
    bus_client_destroy(&client[1]);
    bus_server_destroy(&server); /* with requests that nobody took */
}

/* More frames than identity, delimiter and event: dropped without a trace, the next message is read. */
static void
malformed_messages(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_client_t *client = NULL;
    err_t err;

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    assert_true(bus_client_new(w->outside, w->request, &w->reader, w->server.public_z85, &client, &err));
    void *raw = bus_client_socket(client);
    assert_int_equal(zmq_send(raw, "a", 1, ZMQ_SNDMORE), 1);
    assert_int_equal(zmq_send(raw, "b", 1, 0), 1);
    assert_int_equal(zmq_send(raw, "", 0, ZMQ_SNDMORE), 0);
    assert_int_equal(zmq_send(raw, "b", 1, ZMQ_SNDMORE), 1);
    assert_int_equal(zmq_send(raw, "c", 1, 0), 1);
    assert_int_equal(zmq_send(raw, "", 0, ZMQ_SNDMORE), 0);
    assert_int_equal(zmq_send(raw, "good", 4, 0), 4);
    bus_request_t *request = world_recv(server, WAIT_MS);
    assert_non_null(request);
    assert_string_equal(request->frame.ptr, "good");
    assert_true(request->peer.delimiter);
    bus_request_done(&request);
    bus_client_destroy(&client);
    bus_server_destroy(&server);
}

static void
reasons(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_client_t *client = NULL;
    AUTO_STR frame = STR_INIT;
    err_t err;

    /* nobody there */
    assert_true(bus_client_new(w->outside, "tcp://127.0.0.1:1", &w->reader, w->server.public_z85, &client, &err));
    assert_true(bus_client_send(client, "x", 1, &err));
    assert_false(bus_client_wait(client, 500, &frame, &err));
    assert_string_equal(err.code, "bus.nobody");
    assert_true(err.outage);
    bus_client_destroy(&client);

    /* a key that is not registered is told at once */
    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    assert_true(bus_client_new(w->outside, w->request, &w->stranger, w->server.public_z85, &client, &err));
    assert_true(bus_client_send(client, "x", 1, &err));
    int64_t start_ms = time_monotonic_ms();
    assert_false(bus_client_wait(client, WAIT_MS, &frame, &err));
    assert_true(time_monotonic_ms() - start_ms < WAIT_MS);
    assert_string_equal(err.code, "bus.refused");
    assert_non_null(strstr(err.text, "stranger"));

    /* and gets in by itself once it is registered */
    assert_true(bus_keys_register(w->registry, &w->stranger, &err));
    int64_t until_ms = time_monotonic_ms() + WAIT_MS;
    while (!bus_client_check(client, &err) || bus_client_epoch(client) == 0) {
        assert_true(time_monotonic_ms() < until_ms);
        (void) zmq_poll(NULL, 0, 50);
    }
    assert_true(bus_client_send(client, "y", 1, &err));
    bus_request_t *request = world_recv(server, WAIT_MS);
    assert_non_null(request);
    bus_request_done(&request);
    bus_client_destroy(&client);

    /* another server's key */
    assert_true(bus_client_new(w->outside, w->request, &w->reader, w->stranger.public_z85, &client, &err));
    assert_true(bus_client_send(client, "x", 1, &err));
    assert_false(bus_client_wait(client, 500, &frame, &err));
    assert_string_equal(err.code, "bus.handshake");
    bus_client_destroy(&client);
    bus_server_destroy(&server);
}

/* Publishes until the subscriber hears it; then the subscription stands. */
static void
publish_until_heard(bus_pub_t *pub, bus_sub_t *sub, const char *topic, str_t *ret_topic, str_t *ret_event)
{
    int64_t until_ms = time_monotonic_ms() + WAIT_MS;
    bool got = false;
    err_t err;

    while (!got) {
        assert_true(time_monotonic_ms() < until_ms);
        bus_pub_send(pub, topic, "{}", 2);
        (void) world_readable(bus_sub_socket(sub), 20);
        assert_true(bus_sub_recv(sub, ret_topic, ret_event, &got, &err));
    }
}

static void
subscriptions_are_narrowed(void **state)
{
    world_t *w = *state;
    bus_pub_t *pub = NULL;
    bus_sub_t *sub = NULL;
    AUTO_STR topic = STR_INIT;
    AUTO_STR event = STR_INIT;
    bool got;
    err_t err;

    assert_true(bus_pub_new(w->bus, w->stream, &w->server, &pub, &err));
    assert_true(bus_sub_new(w->outside, w->stream, &w->reader, w->server.public_z85, &sub, &err));
    assert_true(bus_sub_subscribe(sub, "", &err));
    publish_until_heard(pub, sub, "alert/320681100207/red", &topic, &event);
    assert_string_equal(topic.ptr, "alert/320681100207/red");
    assert_string_equal(event.ptr, "{}");
    while (world_readable(bus_sub_socket(sub), 100))
        assert_true(bus_sub_recv(sub, &topic, &event, &got, &err));

    bus_pub_send(pub, "alert/110101001001/red", "no", 2);
    bus_pub_send(pub, "finding/320681100207/overlap", "no", 2);
    bus_pub_send(pub, "beat/alerts", "yes", 3);
    assert_true(world_readable(bus_sub_socket(sub), WAIT_MS));
    assert_true(bus_sub_recv(sub, &topic, &event, &got, &err));
    assert_string_equal(event.ptr, "yes");
    assert_false(world_readable(bus_sub_socket(sub), 100));
    assert_true(bus_sub_check(sub, &err));
    bus_sub_destroy(&sub);
    bus_pub_destroy(&pub);
}

/* A key that loses its place is cut off at once; the other subscriber notices nothing. */
static void
a_withdrawn_key_is_cut_off(void **state)
{
    world_t *w = *state;
    bus_pub_t *pub = NULL;
    bus_sub_t *sub = NULL;
    bus_sub_t *other = NULL;
    bus_key_t second;
    AUTO_STR topic = STR_INIT;
    AUTO_STR event = STR_INIT;
    err_t err;

    assert_true(bus_key_generate("second", &second, &err));
    (void) strcpy(second.streams, "alerts");
    (void) strcpy(second.regions, "*");
    assert_true(bus_keys_register(w->registry, &second, &err));
    assert_true(bus_pub_new(w->bus, "tcp://127.0.0.1:*", &w->server, &pub, &err));
    const char *endpoint = bus_pub_endpoint(pub);
    assert_true(bus_sub_new(w->outside, endpoint, &w->reader, w->server.public_z85, &sub, &err));
    assert_true(bus_sub_new(w->outside, endpoint, &second, w->server.public_z85, &other, &err));
    assert_true(bus_sub_subscribe(sub, "alert/", &err));
    assert_true(bus_sub_subscribe(other, "alert/", &err));
    publish_until_heard(pub, sub, "alert/320681100207/red", &topic, &event);
    publish_until_heard(pub, other, "alert/320681100207/red", &topic, &event);

    uint64_t generation;
    assert_true(bus_keys_revoke(w->registry, "reader", &err));
    assert_true(bus_keys_refresh(w->keys, &generation, &err));
    bus_recheck(w->bus);
    bus_pub_send(pub, "alert/320681100207/red", "secret", 6);
    int64_t until_ms = time_monotonic_ms() + WAIT_MS;
    while (bus_sub_check(sub, &err) || strcmp(err.code, "bus.refused") != 0) {
        assert_true(time_monotonic_ms() < until_ms);
        (void) zmq_poll(NULL, 0, 20);
    }
    for (bool got = true; got;) {
        assert_true(bus_sub_recv(sub, &topic, &event, &got, &err));
        assert_string_not_equal(str_c(&event), "secret");
    }
    do {
        bool got = false;
        assert_true(bus_sub_wait(other, WAIT_MS, &topic, &event, &got, &err));
        assert_true(got);
    } while (strcmp(event.ptr, "secret") != 0);
    assert_true(bus_sub_check(other, &err));
    assert_int_equal(bus_sub_epoch(other), 1);
    bus_sub_destroy(&sub);
    bus_sub_destroy(&other);
    bus_pub_destroy(&pub);
}

/* Reads what there is until an event comes of `topic`, which is published again and again. */
static void
read_until(bus_pub_t *pub, bus_sub_t *sub, const char *topic)
{
    AUTO_STR got_topic = STR_INIT;
    AUTO_STR event = STR_INIT;
    int64_t until_ms = time_monotonic_ms() + WAIT_MS;
    err_t err;

    for (bool got = false; !got || strcmp(got_topic.ptr, topic) != 0;) {
        assert_true(time_monotonic_ms() < until_ms);
        bus_pub_send(pub, topic, "{}", 2);
        assert_true(bus_sub_wait(sub, 20, &got_topic, &event, &got, &err) || strcmp(err.code, "bus.lost") == 0 ||
                    strcmp(err.code, "bus.nobody") == 0);
    }
}

static void
wait_until_up(bus_sub_t *sub, unsigned epoch)
{
    int64_t until_ms = time_monotonic_ms() + WAIT_MS;
    err_t err;

    while (bus_sub_epoch(sub) < epoch) {
        assert_true(time_monotonic_ms() < until_ms);
        (void) world_readable(bus_sub_monitor(sub), 20);
        assert_true(bus_sub_check(sub, &err) || err.cls == ERR_RETRY);
    }
}

/* Nobody reads, until libzmq does not either; then the connection is cut, and there is another side; at last somebody reads.  With
 * heartbeats libzmq ends the process when one is due meanwhile: 5 s. */
static void
stands_still_while_the_connection_changes(void **state)
{
    world_t *w = *state;
    bus_pub_t *pub = NULL;
    bus_sub_t *sub = NULL;
    char data[1000];
    AUTO_STR topic = STR_INIT;
    AUTO_STR event = STR_INIT;
    bool got;
    err_t err;

    memset(data, 'x', sizeof data);
    assert_true(bus_pub_new(w->bus, w->stream, &w->server, &pub, &err));
    assert_true(bus_sub_new(w->outside, w->stream, &w->reader, w->server.public_z85, &sub, &err));
    assert_true(bus_sub_subscribe(sub, "", &err));
    read_until(pub, sub, "alert/320681100207/first");
    for (unsigned i = 0; i < 4000; i++)
        bus_pub_send(pub, "alert/320681100207/red", data, sizeof data);
    bus_pub_destroy(&pub);
    assert_true(bus_pub_new(w->bus, w->stream, &w->server, &pub, &err));
    assert_false(world_readable(bus_sub_monitor(sub), 6000)); /* it has not seen it */
    while (world_readable(bus_sub_socket(sub), 0))
        assert_true(bus_sub_recv(sub, &topic, &event, &got, &err));
    wait_until_up(sub, 2);
    read_until(pub, sub, "alert/320681100207/last");
    bus_sub_destroy(&sub);
    bus_pub_destroy(&pub);
}

static void
wrong_use(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_server_t *second = NULL;
    bus_key_t public_only = w->server;
    err_t err;

    bus_key_done(&public_only);
    assert_false(bus_server_new(w->bus, w->request, &public_only, &server, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
    assert_false(bus_server_new(w->outside, w->request, &w->server, &server, &err));
    assert_int_equal(err.cls, ERR_BUG);
    assert_false(bus_server_new(w->bus, "nonsense", &w->server, &server, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
    assert_true(bus_server_new(w->bus, "tcp://127.0.0.1:*", &w->server, &server, &err));
    assert_false(bus_server_new(w->bus, bus_server_endpoint(server), &w->server, &second, &err));
    assert_int_equal(err.cls, ERR_RETRY);
    assert_true(err.outage);
    bus_server_destroy(&server);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(request_and_reply),
        TEST(frames_of_all_sizes),
        TEST(large_replies),
        TEST(turns_of_keys),
        TEST(malformed_messages),
        TEST(reasons),
        TEST(subscriptions_are_narrowed),
        TEST(a_withdrawn_key_is_cut_off),
        TEST(stands_still_while_the_connection_changes),
        TEST(wrong_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
