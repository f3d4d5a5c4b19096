/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_DESK_H
#define ALERTING_DESK_H

/* Who works on an alert?  deploy/routing/desks.yaml: by default the township (first 9 digits of the region); exceptions
 * by region and category come first, the longest region wins. */

#include "alert.h"
#include "base/err.h"

typedef struct desks desks_t;

bool desks_load(const char *path, desks_t **ret, err_t *err) NODISCARD;
bool desks_parse(const char *name, const char *text, size_t n, desks_t **ret, err_t *err) NODISCARD;
void desks_destroy(desks_t **self_p);
void desks_route(const desks_t *self, const char *region, const char *category, char ret[DESK_SIZE]);

#endif
