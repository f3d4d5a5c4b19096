/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_ROUTE_H
#define INTAKE_ROUTE_H

/* One number, two people: some of the records under it are another person's.  Whose number that is stands in memory, mostly
 * nobody's, so that a batch which names none of them costs nothing. */

#include "batch.h"
#include "db/db.h"

typedef struct routes routes_t;
routes_t *routes_new(void);
void routes_destroy(routes_t **self_p);
bool routes_load(routes_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* One too many does no harm: it is only looked for. */
void routes_add(routes_t *self, const uuid_t *person);

/* The batch's people have their pseudonyms: where a record is somebody else's, that person takes the place.  Such people are
 * marked `routed`: their number does not tell who they are. */
bool routes_apply(const routes_t *self, db_tx_t *tx, batch_t *batch, err_t *err) NODISCARD;

#endif
