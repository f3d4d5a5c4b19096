/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_EMIT_H
#define CLI_SYNTH_EMIT_H

/* A household's records as the departments send them (docs/data.md, datasets). */

#include "synth_files.h"

/* `line` is scratch. */
void synth_emit_house(const synth_house_t *h, synth_files_t *files, str_t *line);

#endif
