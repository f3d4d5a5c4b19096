/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_JOB_H
#define INTAKE_JOB_H

/* A batch that was taken on and waits: what was asked, with bytes of its own, and what its records turned out to be. */

#include "batch.h"
#include "feed.h"

typedef struct job {
    struct job *next; /* in the queue */
    feed_t feed;      /* all of its text is the job's own; dataset NULL: withdrawn since */
    const vault_t *vault;
    int32_t today;
    svc_later_t *asker;
    char *source, *id, *department, *data;
    slice_t *items; /* the records, in `data` */
    size_t item_count, item_cap;
    batch_t *batch; /* NULL until read */
    uuid_t digest;  /* of the whole content, however it is written, when read */
    bool tried;     /* a transaction has been tried: what it left in the batch must not stay */
} job_t;

/* Copies of the request what it needs, and cuts it into records. ERR_REJECT: what feed_read refuses, or too many records. */
bool job_new(const svc_request_t *req, const catalogue_t *catalogue, int32_t today, job_t **ret, err_t *err) NODISCARD;
void job_destroy(job_t **self_p);
size_t job_bytes(const job_t *self);
/* Reads the records, anew if they were read before.  Pure: needs nothing but the job, its dataset and vault. */
void job_read(job_t *self);
/* Is `known` the digest of this content? */
bool job_has_digest(const job_t *self, const uuid_t *known);

#endif
