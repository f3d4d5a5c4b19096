/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "http/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct sockaddr_in
loopback(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

static int
hold_port(uint16_t *ret_port)
{
    struct sockaddr_in at = loopback(0);
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &at, &n), 0);
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static http_admin_t *
start(uint16_t *ret_port)
{
    http_admin_t *admin = NULL;
    char text[32];
    err_t err;

    (void) close(hold_port(ret_port));
    (void) snprintf(text, sizeof(text), "127.0.0.1:%u", (unsigned) *ret_port);
    assert_true(http_admin_start(text, &admin, &err));
    return admin;
}

/* Status code; the whole answer in ret. */
static int
get(uint16_t port, const char *path, char *ret, size_t size)
{
    struct sockaddr_in at = loopback(port);
    char request[128];
    size_t n = 0;
    ssize_t got;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *) &at, sizeof(at)), 0);
    int len = snprintf(request, sizeof(request), "%s HTTP/1.0\r\nHost: x\r\n\r\n", path);
    assert_int_equal(write(fd, request, (size_t) len), len);
    while (n < size - 1 && (got = read(fd, ret + n, size - 1 - n)) > 0)
        n += (size_t) got;
    ret[n] = '\0';
    (void) close(fd);
    int code = 0;
    assert_int_equal(sscanf(ret, "HTTP/1.%*d %d", &code), 1);
    return code;
}

static void
answers(void **state)
{
    uint16_t port;
    char body[4096];
    http_admin_t *admin = start(&port);

    (void) state;
    assert_int_equal(get(port, "GET /readyz", body, sizeof(body)), 503);
    assert_non_null(strstr(body, "\"reason\":\"starting\""));
    http_admin_ready(admin, true, "ready");
    assert_int_equal(get(port, "GET /readyz", body, sizeof(body)), 200);
    http_admin_ready(admin, false, "database: \"down\"");
    assert_int_equal(get(port, "GET /readyz", body, sizeof(body)), 503);
    assert_non_null(strstr(body, "database: \\\"down\\\""));
    assert_int_equal(get(port, "GET /statez", body, sizeof(body)), 200);
    assert_non_null(strstr(body, "{}"));
    http_admin_state(admin, "{\"a\":1}", 7);
    assert_int_equal(get(port, "GET /statez", body, sizeof(body)), 200);
    assert_non_null(strstr(body, "{\"a\":1}"));
    assert_int_equal(get(port, "GET /metrics", body, sizeof(body)), 200);
    assert_non_null(strstr(body, "text/plain; version=0.0.4"));
    assert_int_equal(get(port, "GET /", body, sizeof(body)), 404);
    assert_int_equal(get(port, "DELETE /livez", body, sizeof(body)), 405);
    http_admin_destroy(&admin);
    assert_null(admin);
    http_admin_destroy(&admin);
}

static void
liveness(void **state)
{
    uint16_t port;
    char body[4096];
    http_admin_t *admin = start(&port);
    int64_t start_ms = time_monotonic_ms();

    (void) state;
    http_admin_beat(admin);
    assert_int_equal(get(port, "GET /livez", body, sizeof(body)), 200);
    while (time_monotonic_ms() - start_ms < 3100)
        (void) poll(NULL, 0, 50);
    assert_int_equal(get(port, "GET /livez", body, sizeof(body)), 503);
    http_admin_live_limit(admin, 60000);
    assert_int_equal(get(port, "GET /livez", body, sizeof(body)), 200);
    http_admin_live_limit(admin, 0); /* never below the default */
    assert_int_equal(get(port, "GET /livez", body, sizeof(body)), 503);
    http_admin_beat(admin);
    assert_int_equal(get(port, "GET /livez", body, sizeof(body)), 200);
    http_admin_destroy(&admin);
}

static void
bad_addresses(void **state)
{
    http_admin_t *admin = NULL;
    uint16_t port;
    char text[32];
    err_t err;
    int fd = hold_port(&port);

    (void) state;
    assert_false(http_admin_start("9100", &admin, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
    assert_false(http_admin_start("127.0.0.1:99999", &admin, &err));
    assert_false(http_admin_start("127.0.0.1:", &admin, &err));
    assert_false(http_admin_start("nowhere.invalid:1", &admin, &err));
    (void) snprintf(text, sizeof(text), "127.0.0.1:%u", (unsigned) port);
    assert_false(http_admin_start(text, &admin, &err));
    assert_int_equal(err.cls, ERR_RETRY); /* someone is there: may pass */
    assert_null(admin);
    (void) close(fd);
}

/* Connections that ask nothing, from another address: the supervisor is answered all the same, and at once. */
static void
idle_connections_keep_nobody_out(void **state)
{
    uint16_t port;
    char answer[2048];
    int idle[64];
    http_admin_t *admin = start(&port);

    (void) state;
    for (size_t i = 0; i < 64; i++) {
        struct sockaddr_in from = loopback(0);
        struct sockaddr_in at = loopback(port);
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
        idle[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(bind(idle[i], (struct sockaddr *) &from, sizeof(from)), 0);
        assert_int_equal(connect(idle[i], (struct sockaddr *) &at, sizeof(at)), 0);
    }
    int64_t start_ms = time_monotonic_ms();
    assert_int_equal(get(port, "GET /livez", answer, sizeof(answer)), 200);
    assert_true(time_monotonic_ms() - start_ms < 5000); /* they are closed after ten seconds */
    for (size_t i = 0; i < 64; i++)
        (void) close(idle[i]);
    http_admin_destroy(&admin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_connections_keep_nobody_out),
        cmocka_unit_test(answers), cmocka_unit_test(liveness), cmocka_unit_test(bad_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
