/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SIMULATE_TEXT_H
#define CLI_SIMULATE_TEXT_H

#include "base/str.h"
#include "json/json_in.h"

/* A simulation for the reader of a terminal.  `lang` is en or zh; `all`: also what no draft changes; `regions`: also by township; `asked`: how each draft is
 * called, by policy from 1. */
void simulate_text(const json_node_t *reply, const char *lang, bool all, bool regions, const char *const asked[3], str_t *out);

#endif
