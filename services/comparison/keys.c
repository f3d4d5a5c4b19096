/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <string.h>

keys_t *
keys_new(void)
{
    keys_t *self = mem_new(keys_t);

    self->search_blocks = 65536;
    self->index_blocks = 2048; /* each row that is put into the index is written anew */
    return self;
}

void
keys_destroy(keys_t **self_p)
{
    mem_free(*self_p);
    *self_p = NULL;
}

void
keys_clear(keys_t *self)
{
    memset(self->named, 0, sizeof self->named);
    memset(self->indexed, 0, sizeof self->indexed);
    memset(self->now, 0, sizeof self->now);
}
