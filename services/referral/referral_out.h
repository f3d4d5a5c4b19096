/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_REFERRAL_OUT_H
#define REFERRAL_REFERRAL_OUT_H

/* Referrals as JSON: the data of plimsoll.referral.v1, also used in replies; and the topics they go out on. */

#include "json/json_out.h"
#include "offer.h"
#include "stream/stream.h"

#define REFERRAL_TYPE "plimsoll.referral.v1"
#define REFERRAL_TOPIC_SIZE 96
#define REFERRAL_TOPICS_MAX 4

void referral_out_referral(json_out_t *out, const char *key, const referral_t *referral, const directory_t *directory);
/* The topics of a new version: first those of the old one that it leaves, the bureau's present one last. */
size_t referral_out_topics(const referral_t *referral, char ret[REFERRAL_TOPICS_MAX][REFERRAL_TOPIC_SIZE]);

/* The publish_ctx of offer_t. */
typedef struct {
    stream_t *stream;
    db_tx_t *tx;
    const directory_t *directory;
} referral_out_t;
bool referral_out_publish(void *ctx, const referral_t *referral, const cause_t *cause, err_t *err) NODISCARD;

#endif
