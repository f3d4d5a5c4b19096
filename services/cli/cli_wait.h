/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_WAIT_H
#define CLI_CLI_WAIT_H

#include "cli.h"
#include <stdio.h>

bool cli_status_of(const cli_options_t *options, cli_service_t service, event_t **ret, err_t *err) NODISCARD;
/* Waits until every stream's consumers among the services intake … up_to stand at its head.  A service that is restarting is
 * waited for, within the deadline. */
bool cli_wait_quiet(const cli_options_t *options, cli_service_t up_to, int64_t timeout_ms, err_t *err) NODISCARD;

#endif
