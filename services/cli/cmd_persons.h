/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CMD_PERSONS_H
#define CLI_CMD_PERSONS_H

/* Documents as they are told to a command, a line each. */

#include "cli.h"

enum { PERSONS_LINE = 256 };

/* Reads the next line of standard input; complains when there is none. */
bool persons_read_line(char line[PERSONS_LINE], const char *whose);
/* "NUMBER", "KIND NUMBER [COUNTRY]" or "own DEPARTMENT/REGISTER NUMBER" as members of the open object; cuts the line up. */
bool persons_write_document(char *line, json_out_t *out);

#endif
