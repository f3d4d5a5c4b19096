/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_KEYS_H
#define COMPARISON_KEYS_H

/* How the history of a dataset is searched for a record by its key.  Of a dataset whose record key names the one holder (member
 * key_names of its events) nobody needs to be asked who has a record: such versions are not in the index by key.  Here stands which
 * datasets have such versions, and what their keys named then: when a dataset's file has changed since, they are put into the index
 * first (run_facts.c). */

#include "base/mem.h"
#include "terms.h"

typedef struct keys {
    term_t named[UINT16_MAX + 1];    /* by dataset: what its keys name in all versions that are not in the index; 0: there are none */
    uint8_t indexed[UINT16_MAX + 1]; /* by dataset: there may be versions in the index */
    int64_t search_blocks, index_blocks; /* of the history in one statement: each stays far below the time that a statement may take */
    term_t now[UINT16_MAX + 1];      /* by dataset: what all its events of this run say that the key names; 0: nothing, or not all the same */
} keys_t;

keys_t *keys_new(void);
void keys_destroy(keys_t **self_p);
/* Nothing is known of any dataset. */
void keys_clear(keys_t *self);

#endif
