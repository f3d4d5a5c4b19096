/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints as ZeroMQ writes them → listening descriptors. */
#include "base/mem.h"
#include "base/num.h"
#include "bus/door_impl.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512

static bool
fail(const char *endpoint, int no, err_t *err)
{
    bool passing = no == EADDRINUSE || no == EADDRNOTAVAIL || no == EMFILE || no == ENFILE || no == ENOMEM || no == ENOBUFS;

    (void) err_set(err, passing ? ERR_RETRY : ERR_CONFIG, "bus", "%s: cannot bind: %s", endpoint, strerror(no));
    if (err != NULL)
        err->outage = no == EADDRINUSE || no == EADDRNOTAVAIL;
    return false;
}

static bool
listen_at(door_listener_t *self, const struct sockaddr *address, socklen_t n, err_t *err)
{
    int yes = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return fail(self->endpoint, errno, err);
    if ((address->sa_family == AF_UNIX || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0) &&
        bind(fd, address, n) == 0 && listen(fd, BACKLOG) == 0) {
        self->fd = fd;
        return true;
    }
    int no = errno;
    (void) close(fd);
    return fail(self->endpoint, no, err);
}

static bool
listen_ipc(door_listener_t *self, const char *path, err_t *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    if (path[0] == '\0' || !str_copy(address.sun_path, sizeof(address.sun_path), path) ||
        !str_copy(self->path, sizeof(self->path), path))
        return err_set(err, ERR_CONFIG, "bus.endpoint", "%s: empty or too long for a path", self->endpoint);
    (void) unlink(path); /* left by one that was killed */
    return listen_at(self, (const struct sockaddr *) &address, sizeof(address), err);
}

/* "127.0.0.1:7100", "*:7100", "[::1]:*", "localhost:0" */
static bool
listen_tcp(door_listener_t *self, const char *where, err_t *err)
{
    struct addrinfo *info = NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    const char *colon = strrchr(where, ':');
    uint64_t number = 0;
    char host[256] = "";

    const char *port = colon == NULL ? "" : strcmp(colon + 1, "*") == 0 ? "0" : colon + 1;
    if (colon == NULL || !num_u64(port, strlen(port), &number) || number > 65535 || (size_t) (colon - where) >= sizeof(host))
        return err_set(err, ERR_CONFIG, "bus.endpoint", "%s: expected tcp://HOST:PORT", self->endpoint);
    memcpy(host, where, (size_t) (colon - where));
    size_t n = strlen(host);
    char *name = host;
    if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        name = host + 1;
    }
    bool any = strcmp(name, "*") == 0;
    hints.ai_family = strchr(name, ':') != NULL ? AF_INET6 : AF_INET; /* a name means what it means to libzmq's clients */
    int rc = getaddrinfo(any ? "0.0.0.0" : name, port, &hints, &info);
    if (rc != 0)
        return err_set(err, ERR_CONFIG, "bus.endpoint", "%s: %s", self->endpoint, gai_strerror(rc));
    bool ok = listen_at(self, info->ai_addr, info->ai_addrlen, err);
    freeaddrinfo(info);
    return ok;
}

/* The port that the kernel chose, in place of the wildcard. */
static void
write_port(door_listener_t *self)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof(address);
    char *colon = strrchr(self->endpoint, ':');

    if (getsockname(self->fd, (struct sockaddr *) &address, &n) != 0)
        return;
    unsigned port = address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *) &address)->sin6_port)
                                                  : ntohs(((struct sockaddr_in *) &address)->sin_port);
    (void) snprintf(colon + 1, sizeof(self->endpoint) - (size_t) (colon + 1 - self->endpoint), "%u", port);
}

bool
door_listen(door_listener_t *self, const char *endpoint, err_t *err)
{
    if (!str_copy(self->endpoint, sizeof(self->endpoint) - sizeof("65535"), endpoint))
        return err_set(err, ERR_CONFIG, "bus.endpoint", "%s: too long for an endpoint", endpoint);
    if (str_starts(endpoint, "ipc://"))
        return listen_ipc(self, endpoint + strlen("ipc://"), err);
    if (!str_starts(endpoint, "tcp://"))
        return err_set(err, ERR_CONFIG, "bus.endpoint", "%s: an endpoint begins with tcp:// or ipc://", endpoint);
    if (!listen_tcp(self, endpoint + strlen("tcp://"), err))
        return false;
    write_port(self);
    return true;
}
