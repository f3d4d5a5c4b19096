/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CHECK_TEXT_H
#define CLI_CHECK_TEXT_H

/* The report of a check as a person reads it: who was checked, what each source said and as of when, the conclusions.  A function
 * of the report alone, so that it prints to the same bytes again. */

#include "cli.h"

void check_text(const json_node_t *report, const char *digest, const char *lang, bool all, str_t *ret);
/* What has been said and done about it since. */
void check_text_since(const json_node_t *reply, const char *lang, str_t *ret);
void check_text_counts(const json_node_t *reply, const char *lang, str_t *ret);

#endif
