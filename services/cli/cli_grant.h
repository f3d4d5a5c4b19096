/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_GRANT_H
#define CLI_CLI_GRANT_H

/* Grants to reveal, signed with <home>/secrets/grant.key: no service is asked. */

#include "cli.h"

typedef struct {
    const char *to, *person, *fields, *reason, *until; /* as given; NULL: not given */
} cli_grant_t;

bool cli_grant_key(const cli_options_t *options, err_t *err) NODISCARD; /* makes the pair of keys, once */
bool cli_grant(const cli_options_t *options, const cli_grant_t *asked, err_t *err) NODISCARD; /* prints the grant */

#endif
