/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_WHEREABOUTS_H
#define COMPARISON_WHEREABOUTS_H

/* Where persons live, as this process has seen it: so that whoever is named need not be looked for before the household is read.
 *
 * It may have forgotten anybody, and may be wrong of anybody (a transaction was lost, two ids look alike): whoever asks reads the
 * household and sees by the person's own row, else asks the table.  It grows with the register up to a size that is given. */

#include "base/uuid.h"

#include <stddef.h>
#include <stdint.h>

typedef struct whereabouts whereabouts_t;

/* `bytes`: of memory at most, rounded up to a power of two from 1 MiB on; 0: it remembers nobody.  13 to 26 bytes a person as it doubles, 8
 * where it may not grow any more; then others are forgotten. */
whereabouts_t *whereabouts_new(size_t bytes);
void whereabouts_destroy(whereabouts_t **self_p);
/* The ordinal of the person's household; 0: not remembered. */
int64_t whereabouts_get(const whereabouts_t *self, const uuid_t *person);
/* `ordinal` 0: forgets the person. */
void whereabouts_put(whereabouts_t *self, const uuid_t *person, int64_t ordinal);

#endif
