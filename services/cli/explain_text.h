/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_EXPLAIN_TEXT_H
#define CLI_EXPLAIN_TEXT_H

/* An explanation as a person reads it: what qualifies, each condition with its sum, line and clause, each figure with its
 * records.  Everything said comes from the explanation itself, labels included; nothing is computed here. */

#include "cli.h"

/* `all`: also the categories that play no part for this household. */
void explain_text(const json_node_t *explanation, const char *lang, bool all, str_t *ret);

#endif
