/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_HTTP_HTTP_H
#define COMMON_HTTP_HTTP_H

/* The admin port, in a thread of its own so that a slow statement stops neither liveness nor metrics:
 * /livez /readyz /metrics /statez.  It shares only atomics and a short mutex-guarded status text with the loop. */

#include "base/err.h"
#include <stdint.h>

/* A listening TCP socket at "127.0.0.1:9100", "[::1]:9100" or "*:9100", for a server of a service's own. */
bool http_listen(const char *bind, int *ret_fd, err_t *err) NODISCARD;

typedef struct http_admin http_admin_t;
bool http_admin_start(const char *bind /* "127.0.0.1:9100" */, http_admin_t **ret, err_t *err) NODISCARD;
void http_admin_destroy(http_admin_t **self_p);
void http_admin_beat(http_admin_t *self);                                   /* the loop is alive, each turn */
void http_admin_ready(http_admin_t *self, bool ready, const char *reason);  /* reason: stable text, e.g. "database: connection refused" */
/* How old the last beat may grow before /livez turns to 503; longer while a statement may run (default 3000). */
void http_admin_live_limit(http_admin_t *self, int64_t limit_ms);
void http_admin_state(http_admin_t *self, const char *json, size_t n);      /* what /statez shows */

#endif
