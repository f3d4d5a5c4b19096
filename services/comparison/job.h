/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_JOB_H
#define COMPARISON_JOB_H

/* Long questions (simulate, list) beside the loop: each in a process of its own, this same program as `--job`, with a
 * connection and a snapshot of its own.  It reads the question on its standard input and writes lines on its standard output:
 * progress and parts, then the reply or an error; each goes to the asker as it comes.  The service never waits for it, a draft
 * that breaks something breaks only it, and it is killed when the asker leaves.  It reads; it writes nothing. */

#include "comparison_service.h"

typedef struct jobs jobs_t;
jobs_t *jobs_new(void);
void jobs_destroy(jobs_t **self_p); /* kills what still works */

/* Handlers of SVC_LATER commands. */
bool job_simulate(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool job_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
/* A timer: what could not be sent is tried again; what takes too long is ended. */
bool jobs_on_tick(svc_t *svc, void *state, err_t *err) NODISCARD;
void jobs_status(const jobs_t *self, json_out_t *out);

/* --- the other side --- */

#define JOB_OPTION "--job"
int job_main(void); /* exit code 0: something was answered */

/* Reads the question and answers it into an open object. */
typedef struct job_work job_work_t;
typedef bool (*job_fn)(job_work_t *work, json_out_t *out, err_t *err);
struct job_work {
    db_tx_t *tx; /* a snapshot */
    terms_t *terms;
    policy_t *policy;       /* in force */
    const protection_t *protection;
    const char *policy_dir; /* of shipped policies, with / at its end, or "" */
    const json_node_t *asked; /* data of the request */
    bool progress;          /* wanted by the asker */
};
bool job_run_simulate(job_work_t *work, json_out_t *out, err_t *err) NODISCARD;
bool job_run_list(job_work_t *work, json_out_t *out, err_t *err) NODISCARD;
/* on_progress of a run; ctx is the job_work_t. */
bool job_progress(void *ctx, int64_t done, int64_t total, err_t *err) NODISCARD;
/* A part of the answer, a JSON object. */
bool job_part(slice_t data, err_t *err) NODISCARD;
/* The policy of a draft: its files, those that they extend, then `sets` and `numbers` of the question. */
bool job_draft(const job_work_t *work, const json_node_t *draft /* NULL: the policy in force */, size_t index, int32_t day,
               policy_t **ret, char ret_version[64], err_t *err) NODISCARD;
/* A region that a question may name; "" when it names none. */
bool job_region(json_in_t *in, const char **ret, err_t *err) NODISCARD;
bool job_day(json_in_t *in, const char *key, int32_t otherwise, int32_t *ret, err_t *err) NODISCARD;

#endif
