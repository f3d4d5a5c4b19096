/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_RECEIPT_H
#define INTAKE_RECEIPT_H

/* What the sender is told, and what is kept to be told again. */

#include "batch.h"
#include "feed.h"
#include "list.h"

#define RECEIPT_ERRORS_MAX 100

void receipt_write(const feed_t *feed, const batch_t *batch, uint64_t seq_last, const list_result_t *list /* or NULL */,
                   str_t *ret);
/* The receipt of a batch that came again: the same, with "duplicate" true. */
void receipt_repeat(const str_t *kept, str_t *ret);

#endif
