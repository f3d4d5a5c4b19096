/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_HTTP_H
#define CLI_CLI_HTTP_H

#include "base/err.h"
#include "base/str.h"

/* The body of GET path from "host:port"; ERR_RETRY when nobody is there, ERR_REJECT when the answer is not 200. */
bool cli_http_get(const char *address, const char *path, int64_t timeout_ms, str_t *ret, err_t *err) NODISCARD;

#endif
