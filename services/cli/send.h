/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SEND_H
#define CLI_SEND_H

/* Publishing a file as a department: cut into batches, a bounded window of them under way, receipts added up.
 * A batch's id is made of its content and the file's time, so going on after an interruption counts nothing twice. */

#include "cli.h"

typedef struct {
    const char *dataset, *path;
    bool snapshot;
    const char *as_of, *scope; /* of a whole list */
} send_job_t;

typedef struct {
    uint64_t records, accepted, rejected, duplicate, batches;
    char state[32]; /* of a whole list: "complete", "waiting", "needs_confirmation", "inconsistent" */
} send_result_t;

/* Adds to *total.  Rejected records are written with their reasons to <path>.rejects.ndjson. */
bool send_file(const cli_options_t *options, const send_job_t *job, send_result_t *total, err_t *err) NODISCARD;
void send_report(const cli_options_t *options, const send_result_t *total);

#endif
