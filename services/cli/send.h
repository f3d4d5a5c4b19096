/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SEND_H
#define CLI_SEND_H

/* Publishing a file as a department: cut into batches, a bounded window of them under way, receipts added up.
 * A batch's id is made of its content and the file's time, so going on after an interruption counts nothing twice. */

#include "cli.h"

typedef struct {
    const char *dataset, *path;
    const char *sheet;               /* of a workbook, or NULL */
    const char *datasets, *schemas;  /* folders; NULL: those of the installation */
    bool snapshot;
    const char *as_of, *scope; /* of a whole list */
    bool dry_run;              /* reads and checks against the schema, sends nothing; a sending that was interrupted stays as it is */
} send_job_t;

typedef struct {
    uint64_t records, accepted, rejected, duplicate, batches;
    uint64_t refused; /* rows or lines that are no record: never sent */
    char state[32];   /* of a whole list: "complete", "waiting", "needs_confirmation", "inconsistent" */
    char rejects[4096]; /* the file of rejects, "" when there is none */
} send_result_t;

/* Adds to *total.  What is refused is written with its reasons to <path>.rejects.ndjson, for a table to a table of the same kind;
 * by a dry run to <path>.dry-run.rejects.ndjson, likewise. */
bool send_file(const cli_options_t *options, const send_job_t *job, send_result_t *total, err_t *err) NODISCARD;
void send_report(const cli_options_t *options, const send_result_t *total);

#endif
