/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_QUEUE_H
#define INTAKE_QUEUE_H

/* Jobs in the order of their arrival.  A thread of its own reads their records while the loop writes earlier ones into the
 * database.  The thread does nothing else: it is handed one job at a time and touches only that. */

#include "job.h"

typedef struct queue queue_t;

/* Starts the thread with the first job; all signals stay with the loop. */
bool queue_new(queue_t **ret, err_t *err) NODISCARD;
void queue_destroy(queue_t **self_p); /* with the jobs that are left: their senders send them again */
int queue_fd(const queue_t *self);    /* readable when queue_take may have something */
bool queue_is_empty(const queue_t *self);
bool queue_is_full(const queue_t *self);
/* Takes *job_p. */
bool queue_push(queue_t *self, job_t **job_p, err_t *err) NODISCARD;
/* The oldest job, if its records are read; `wait` waits for them.  NULL: nothing.  It is the caller's. */
job_t *queue_take(queue_t *self, bool wait);
/* Calls `fn` for each job while the thread rests; after that all are read anew. */
typedef void (*queue_job_fn)(void *ctx, job_t *job);
void queue_again(queue_t *self, queue_job_fn fn, void *ctx);

#endif
