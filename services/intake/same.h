/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_SAME_H
#define INTAKE_SAME_H

/* Who is one person with whom.  People who are linked, over whatever others, are one; of them the head stands for all: it is
 * a function of what is stated now, not of the order in which that came.  Pure. */

#include "base/uuid.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    uuid_t person;
    uuid_t head;       /* after same_settle */
    bool provisional;  /* no resident ID */
    /* for same_settle */
    size_t root;
    bool leads_on;     /* is stated to be somebody else */
} same_person_t;

typedef struct {
    uuid_t from, into;
} same_link_t;

/* `persons` sorted by id, each once.  Links to somebody who is not among them are passed over.  The head is nobody's `from`
 * where there is such a one, has a resident ID where one has, and then is the least id. */
void same_settle(same_person_t *persons, size_t n, const same_link_t *links, size_t link_count);

#endif
