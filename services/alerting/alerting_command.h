/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_COMMAND_H
#define ALERTING_ALERTING_COMMAND_H

/* Typed contents of the commands, checked; pure. */

#include "alerting_store.h"
#include "json/json_in.h"

/* An account, never a person's name: letters, digits and . _ - @, 1 to 64 bytes. */
bool alerting_command_is_account(const char *text);
/* visited_on must lie between the alert's opening and the business day. */
bool alerting_command_visit(const json_node_t *data, const alert_t *alert, int32_t day, visit_t *ret,
                            err_t *err) NODISCARD;
/* The visit as it is published: without its note. */
char *alerting_command_visit_json(arena_t *arena, const visit_t *visit);
char *alerting_command_needs(arena_t *arena, const visit_t *visit); /* "medical,education"; NULL = none */
/* {until, reason}: until in (day, day + max_days]. */
bool alerting_command_until(const json_node_t *data, int32_t day, int64_t max_days, int32_t *ret_until,
                            const char **ret_reason, err_t *err) NODISCARD;

#endif
