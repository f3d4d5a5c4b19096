/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_http.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { HTTP_BODY_MAX = 4 * 1024 * 1024 };

static bool
dial(const char *address, int64_t timeout_ms, int *ret, err_t *err)
{
    char host[128];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
    struct timeval limit = { .tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000 };

    if (colon == NULL || (size_t) (colon - address) >= sizeof(host))
        return err_set(err, ERR_CONFIG, "bad_data", "%s is not an address, host:port", address);
    memcpy(host, address, (size_t) (colon - address));
    host[colon - address] = '\0';
    int failed = getaddrinfo(host, colon + 1, &hints, &found);
    if (failed != 0)
        return err_set(err, ERR_RETRY, "bus.nobody", "%s: %s", address, gai_strerror(failed));
    int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
              setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0 &&
              connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    int reason = errno;
    freeaddrinfo(found);
    if (!ok) {
        if (fd >= 0)
            (void) close(fd);
        return err_set(err, ERR_RETRY, "bus.nobody", "%s: %s; is the service started?", address, strerror(reason));
    }
    *ret = fd;
    return true;
}

static bool
talk(int fd, const char *address, const char *path, str_t *answer, err_t *err)
{
    AUTO_STR request = STR_INIT;
    char chunk[8192];
    ssize_t n;

    str_printf(&request, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    if (send(fd, request.ptr, request.len, MSG_NOSIGNAL) != (ssize_t) request.len)
        return err_set(err, ERR_RETRY, "bus.nobody", "%s: %s", address, strerror(errno));
    while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0) {
        if (answer->len + (size_t) n > HTTP_BODY_MAX)
            return err_set(err, ERR_REJECT, "too_large", "%s%s: the answer is too long", address, path);
        str_add_n(answer, chunk, (size_t) n);
    }
    if (n < 0)
        return err_set(err, ERR_RETRY, "bus.nobody", "%s: %s", address, strerror(errno));
    return true;
}

bool
cli_http_get(const char *address, const char *path, int64_t timeout_ms, str_t *ret, err_t *err)
{
    AUTO_STR answer = STR_INIT;
    int fd;

    if (!dial(address, timeout_ms, &fd, err))
        return false;
    bool ok = talk(fd, address, path, &answer, err);
    (void) close(fd);
    if (!ok)
        return false;
    const char *body = strstr(str_c(&answer), "\r\n\r\n");
    if (body == NULL || strstr(str_c(&answer), " 200 ") == NULL || strstr(str_c(&answer), " 200 ") > body)
        return err_set(err, ERR_REJECT, "not_ready", "%s%s does not answer with 200", address, path);
    str_add(ret, body + 4);
    return true;
}
