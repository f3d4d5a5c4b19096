/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_RECORD_H
#define INTAKE_RECORD_H

/* One record: checked against schema and rules, its people found, its facts written.  Pure. */

#include "batch.h"
#include "json/json_in.h"

/* Takes the batch's record `index` (its last): sets key and state, appends its item to the batch's text.  On failure:
 * ERR_REJECT with code, pointer and a message without values; has_key may be set all the same. */
bool record_take(batch_t *batch, size_t index, const json_node_t *root, err_t *err) NODISCARD;
/* Amount of the dataset's `total` field; false when there is none. */
bool record_total(const dataset_t *dataset, const json_node_t *root, int64_t *ret_fen) NODISCARD;

/* record_rules.c */
bool record_check_rules(const batch_t *batch, const json_node_t *root, const record_people_t *people,
                        err_t *err) NODISCARD;
/* record_facts.c */
bool record_write_facts(batch_t *batch, const json_node_t *root, const record_people_t *people, size_t index,
                        const uuid_t *key, err_t *err) NODISCARD;
void record_write_retract(batch_t *batch, const json_node_t *root, const record_people_t *people, size_t index, const uuid_t *key);

/* Where the number stands by which the person of this place is told: in the place itself, or beside it.  `container`: the
 * item of the path's list, else the record.  NULL: nobody is named. */
const json_node_t *record_person_node(const dataset_t *dataset, const dataset_path_t *path, const json_node_t *container);
/* Index of the person whose number stands at `node`; the record's people were gathered, so it is there. */
uint32_t record_person_at(const record_people_t *people, const json_node_t *node);
/* A rejection that names its place and nothing else: pointer "/list/2/member" or "/field". */
bool record_reject(err_t *err, const char *code, const dataset_path_t *path, size_t item, const char *message);
/* A key's value: somebody's identity in its normal form, else the text as it stands; {NULL,0} when it is not text. */
slice_t record_key_value(const batch_t *batch, const json_node_t *root, const record_people_t *people,
                         const char *field);

#endif
