/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_LONG_H
#define CLI_CLI_LONG_H

#include "cli.h"

/* Called for each part of the answer; false ends the asking. */
typedef bool (*cli_part_fn)(void *ctx, const event_t *part, err_t *err);

/* A long question to comparison: shows progress on a terminal once it takes longer than half a second, hands on the parts,
 * returns the reply.  A service that says nothing for a while is asked again under the same id. */
typedef struct {
    const char *type, *reply, *progress; /* plimsoll.comparison.simulate.v1 … */
    const char *title;                   /* of the bar */
} cli_question_t;
bool cli_ask_long(const cli_options_t *options, const cli_question_t *question, slice_t data, cli_part_fn on_part, void *ctx,
                  event_t **ret, err_t *err) NODISCARD;

#endif
