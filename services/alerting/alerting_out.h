/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_OUT_H
#define ALERTING_ALERTING_OUT_H

/* Alerts as JSON: the data of plimsoll.alert.v1, also used in replies. */

#include "json/json_out.h"
#include "merge.h"
#include "stream/stream.h"

#define ALERT_TYPE "plimsoll.alert.v1"
#define ALERT_TOPIC_SIZE 40

/* One object; `day` is the business day on which it stands so (left out when there is none yet). */
void alerting_out_alert(json_out_t *out, const char *key, const alert_t *alert, int32_t day);
void alerting_out_topic(const char *region, level_t level, char ret[ALERT_TOPIC_SIZE]);

/* The publish_ctx of merge_t: appends every version to the stream, on the old topic too when it differs. */
typedef struct {
    stream_t *stream;
    db_tx_t *tx;
    const merge_t *merge;
} alerting_out_t;
bool alerting_out_publish(void *ctx, const alert_t *alert, const cause_t *cause, err_t *err) NODISCARD;

#endif
