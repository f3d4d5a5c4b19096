/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_RATE_H
#define INTAKE_RATE_H

/* How many records a key may send in a second, as its certificate says.  A batch is taken whole as long as the key owes
 * nothing; what is above its rate is owed and has to pass by before the next one. */

#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

typedef struct rates rates_t;
rates_t *rates_new(void);
void rates_destroy(rates_t **self_p);
/* rate > 0, records per second.  0: taken; else the milliseconds after which the batch may come again (a minute at most). */
int64_t rates_take(rates_t *self, const char *key, int64_t rate, size_t records, int64_t now_ms) NODISCARD;

#endif
