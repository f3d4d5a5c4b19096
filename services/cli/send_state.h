/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SEND_STATE_H
#define CLI_SEND_STATE_H

/* What of a file is sent and answered for, kept beside it while the sending goes on: <file>.sent (how far) and
 * <file>.rejects.ndjson (what was refused).  After an interruption the sending goes on behind it.  A dry run touches neither: what
 * it refuses has a file of its own. */

#include "send.h"
#include <stdio.h>

typedef struct {
    char sent_path[4096], rejects_path[4096];
    char mark[128];       /* dataset, size and time of the file: another file begins anew */
    uint64_t batches;     /* answered without a gap from the first */
    int64_t rejects_size; /* bytes of the file of rejects that belong to these batches */
    FILE *rejects;        /* opened when the first one comes */
    bool resumed, dry_run;
} send_state_t;

/* Reads what an earlier run left; adds its counts to *total when it belongs to this very file. */
bool send_state_open(send_state_t *self, const send_job_t *job, send_result_t *total, err_t *err) NODISCARD;
/* One more line for the file of rejects. */
bool send_state_reject(send_state_t *self, const str_t *line, err_t *err) NODISCARD;
/* What is refused is on disk. */
bool send_state_flush(send_state_t *self, err_t *err) NODISCARD;
/* After a batch: what is refused is on disk before the batch counts as done. */
bool send_state_done(send_state_t *self, uint64_t batches, const send_result_t *total, err_t *err) NODISCARD;
/* The file is through: removes <file>.sent, unless nothing was sent. */
void send_state_finish(send_state_t *self);
/* Without send_state_flush before it, what was refused last may be lost. */
void send_state_close(send_state_t *self);

#endif
