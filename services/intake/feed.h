/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_FEED_H
#define INTAKE_FEED_H

/* A batch as asked for: who sends what, before any record of it was looked at. */

#include "bus/keys.h"
#include "dataset.h"
#include "svc/svc.h"

typedef struct {
    const char *source, *id;
    const dataset_t *dataset;
    slice_t records;                      /* in the frame, which json_check has passed */
    slice_t declared_text, snapshot_text; /* there, too; {NULL,0}: absent or null */
    struct {
        bool has_count, has_total;
        int64_t count, total;
    } declared;
    struct {
        bool present, has_total;
        char id[129], scope[65];
        int64_t part, parts, count, total;
        int32_t as_of;
    } snapshot;
} feed_t;

/* ERR_REJECT: forbidden (the key may not), not_found (no such dataset; names those there are), bad_data. */
bool feed_read(const svc_request_t *req, const catalogue_t *catalogue, int32_t today, feed_t *ret,
               err_t *err) NODISCARD;
/* May `key` publish `dataset` from `source`? */
bool feed_check_right(const bus_key_t *key, const char *source, const char *subject, const catalogue_t *catalogue,
                      const dataset_t **ret, err_t *err) NODISCARD;

#endif
