/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_SOURCES_H
#define DASHBOARD_SOURCES_H

/* What intake says of its sources: when each last sent, which whole lists wait, who has no resident ID.  No stream tells that, so
 * its status is asked for, now and then, by the request socket; counts and names of lists, nothing of a person. */

#include "svc/svc.h"

typedef struct sources sources_t;

sources_t *sources_new(svc_t *svc);
void sources_destroy(sources_t **self_p);
/* Each second: asks, takes in what was answered; never waits.  An intake that is away is no fault of this service. */
void sources_refresh(sources_t *self);
/* Members of /api/sources; `away` and `read` null alone as long as intake has not answered once. */
void sources_write(const sources_t *self, json_out_t *out);

#endif
