/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PLAY_DESK_H
#define CLI_PLAY_DESK_H

/* The people of the demo: township workers who visit, organisations that answer what is offered to them.  What each does on a
 * day follows from the alert or referral itself.  A day's work is planned once, while the suite is at rest, and written to
 * <home>/play/<day>.ndjson; then it is done.  An interrupted day is gone through again with the same commands under the same
 * ids; a day that was done is not done twice. */

#include "cli.h"

typedef struct {
    cli_link_t *alerting, *referral;
    uint64_t visits, answers, deliveries, confirmations, left;
} desk_t;

bool desk_work(desk_t *self, const cli_options_t *options, int32_t day, err_t *err) NODISCARD;
void desk_report(const desk_t *self, const cli_options_t *options);
void desk_done(desk_t *self);

#endif
