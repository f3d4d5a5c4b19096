/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SIMULATE_FILES_H
#define CLI_SIMULATE_FILES_H

#include "cli.h"

/* Writes {"files": […]} of a draft: the file, then those that it extends as far as they lie beside it; the service adds those
 * that it has. */
bool simulate_files(const char *path, json_out_t *out, err_t *err) NODISCARD;

#endif
