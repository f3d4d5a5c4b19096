/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_LIVE_H
#define DASHBOARD_LIVE_H

/* Server-sent events.  Each client has a place in the alerts' stream; the read model is asked for what lies behind it only
 * when all that was written for the client has left, so its buffer is bounded by one page, and one who reads slowly is
 * given the newest state of each alert instead of every step.  One who reads nothing is closed by the idle timeout. */

#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;
struct MHD_Response;
typedef struct live live_t;

live_t *live_new(void *dashboard, size_t max);
void live_destroy(live_t **self_p);
size_t live_count(const live_t *self);
/* Something was written, or the database is back: clients are looked after in this very turn of the loop. */
void live_wake(live_t *self);
/* A response that never ends by itself; `after` < 0 begins with what happens from now on.  NULL when there are too many. */
struct MHD_Response *live_open(live_t *self, struct MHD_Connection *connection, int64_t after, const char *region);
/* Writes what is due to each client.  *ret_wrote: the server must run once more to send it. */
bool live_turn(live_t *self, bool *ret_wrote, err_t *err) NODISCARD;
/* Ends every stream, before the server stops. */
void live_end(live_t *self);

#endif
