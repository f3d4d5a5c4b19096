/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_FILES_H
#define CLI_SYNTH_FILES_H

/* The directory that is made: a file of JSON lines per dataset and feed day, opened when its first
 * record comes, and the manifest that says in which order they are sent. */

#include "base/str.h"
#include "synth_house.h"

typedef struct synth_files synth_files_t;

const char *synth_files_dataset(synth_rec_type_t type);

bool synth_files_new(const char *dir, const synth_profile_t *profile, synth_files_t **ret, err_t *err) NODISCARD;
void synth_files_destroy(synth_files_t **self_p);
/* One line, without its end.  The first failure to write sticks and is reported by close. */
void synth_files_line(synth_files_t *self, synth_rec_type_t type, int slot, const str_t *line);
/* truth.ndjson and decoys.ndjson. */
void synth_files_truth(synth_files_t *self, const str_t *line);
void synth_files_decoy(synth_files_t *self, const str_t *line);
int64_t synth_files_count(const synth_files_t *self, synth_rec_type_t type);
/* Writes manifest.ndjson and closes everything. */
bool synth_files_close(synth_files_t *self, err_t *err) NODISCARD;
/* A whole small file. */
bool synth_files_put(const synth_files_t *self, const char *name, const str_t *content, err_t *err) NODISCARD;

#endif
