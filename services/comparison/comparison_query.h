/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_COMPARISON_QUERY_H
#define COMPARISON_COMPARISON_QUERY_H

/* What the answers have in common. */

#include "comparison_service.h"
#include "world.h"

/* ERR_REJECT "bad_data" at the pointer; false. */
bool query_bad_data(err_t *err, const char *pointer, const char *text) NODISCARD;
/* The household as known at the position (UINT64_MAX: now), when the key may see it.  Without an entry, where it was taken back or facts came
 * before it: then its last finding says where it was; not_found where there is none either, nor a fact. */
bool query_load(db_tx_t *tx, world_t *world, const svc_request_t *req, const uuid_t *id, uint64_t position, household_t **ret,
                err_t *err) NODISCARD;
/* Members of an open object: the register entry, and "enrolments". */
void query_write_entry(json_out_t *out, const world_t *world, const household_t *h);
void query_write_enrolments(json_out_t *out, world_t *world, const household_t *h, int32_t day);
/* The answer to explain, whoever asks: `data` is the request's.  `held`: also how many records are held back for want of an
 * authorisation ("not_used"). */
bool query_write_explanation(service_t *self, db_tx_t *tx, arena_t *arena, const svc_request_t *req, const json_node_t *data, bool held,
                    json_out_t *out, err_t *err) NODISCARD;

#endif
