/* SPDX-License-Identifier: Apache-2.0 */
#include "same.h"

#include <stdlib.h>
#include <string.h>

static int
by_id(const void *a, const void *b)
{
    const same_person_t *x = a, *y = b;

    return memcmp(x->person.b, y->person.b, sizeof x->person.b);
}

static same_person_t *
find(same_person_t *persons, size_t n, const uuid_t *id)
{
    const same_person_t key = { .person = *id };

    return n == 0 ? NULL : bsearch(&key, persons, n, sizeof key, by_id);
}

static size_t
root_of(same_person_t *persons, size_t i)
{
    while (persons[i].root != i) {
        persons[i].root = persons[persons[i].root].root;
        i = persons[i].root;
    }
    return i;
}

static bool
better(const same_person_t *a, const same_person_t *b)
{
    if (a->leads_on != b->leads_on)
        return b->leads_on;
    if (a->provisional != b->provisional)
        return b->provisional;
    return by_id(a, b) < 0;
}

void
same_settle(same_person_t *persons, size_t n, const same_link_t *links, size_t link_count)
{
    for (size_t i = 0; i < n; i++) {
        persons[i].root = i;
        persons[i].leads_on = false;
    }
    for (size_t i = 0; i < link_count; i++) {
        same_person_t *from = find(persons, n, &links[i].from), *into = find(persons, n, &links[i].into);

        if (from == NULL || into == NULL || from == into)
            continue;
        from->leads_on = true;
        persons[root_of(persons, (size_t) (from - persons))].root = root_of(persons, (size_t) (into - persons));
    }
    for (size_t i = 0; i < n; i++) { /* the root keeps the best of its own for the moment */
        same_person_t *root = &persons[root_of(persons, i)];
        const same_person_t *best = find(persons, n, &root->head);

        if (best == NULL || root_of(persons, (size_t) (best - persons)) != (size_t) (root - persons) || better(&persons[i], best))
            root->head = persons[i].person;
    }
    for (size_t i = 0; i < n; i++)
        persons[i].head = persons[root_of(persons, i)].head;
}
