/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "whereabouts.h"

#include <stdio.h>
#include <string.h>

/* Those who come new in one batch begin alike (uuid_random_near). */
static uuid_t
person(int n)
{
    char text[24];
    uuid_t id;

    (void) snprintf(text, sizeof text, "%d", n);
    uuid_derive("person", text, &id);
    memset(id.b, n / 1000 % 256, 4);
    return id;
}

static void
test_remembers_the_last_that_was_said(void **state)
{
    AUTO(whereabouts) self = whereabouts_new(1 << 20);
    const uuid_t first = person(1), second = person(2);

    (void) state;
    assert_int_equal(whereabouts_get(self, &first), 0);
    whereabouts_put(self, &first, 0); /* nobody was remembered yet */
    whereabouts_put(self, &first, 7);
    whereabouts_put(self, &second, UINT32_MAX);
    assert_int_equal(whereabouts_get(self, &first), 7);
    assert_int_equal(whereabouts_get(self, &second), UINT32_MAX);
    whereabouts_put(self, &first, 8);
    assert_int_equal(whereabouts_get(self, &first), 8);
    whereabouts_put(self, &first, 0);
    assert_int_equal(whereabouts_get(self, &first), 0);
    whereabouts_put(self, &second, (int64_t) UINT32_MAX + 1); /* more than there is room for */
    assert_int_equal(whereabouts_get(self, &second), 0);
}

/* It grows five times on the way: hardly anybody is forgotten, nobody is taken for another. */
static void
test_remembers_while_it_may_grow(void **state)
{
    enum { BYTES = 32 << 20, PEOPLE = 2000000 };
    AUTO(whereabouts) self = whereabouts_new(BYTES);
    int forgotten = 0, wrong = 0;

    (void) state;
    for (int n = 1; n <= PEOPLE; n++) {
        const uuid_t id = person(n);

        whereabouts_put(self, &id, n);
    }
    for (int n = 1; n <= PEOPLE; n++) {
        const uuid_t id = person(n);
        int64_t ordinal = whereabouts_get(self, &id);

        forgotten += ordinal == 0;
        wrong += ordinal != 0 && ordinal != n;
    }
    assert_true(forgotten < PEOPLE / 1000);
    assert_int_equal(wrong, 0);
}

/* Four times as many as there is room for: a part of them, and still nobody for another. */
static void
test_forgets_where_it_may_not(void **state)
{
    enum { BYTES = 1 << 20, PEOPLE = BYTES / 8 * 4 };
    AUTO(whereabouts) self = whereabouts_new(1);
    int known = 0;

    (void) state;
    for (int n = 1; n <= PEOPLE; n++) {
        const uuid_t id = person(n);

        whereabouts_put(self, &id, n);
        assert_int_equal(whereabouts_get(self, &id), n);
    }
    for (int n = 1; n <= PEOPLE; n++) {
        const uuid_t id = person(n);
        int64_t ordinal = whereabouts_get(self, &id);

        assert_true(ordinal == 0 || ordinal == n);
        known += ordinal != 0;
    }
    assert_in_range(known, BYTES / 8 * 99 / 100, BYTES / 8);
}

static void
test_without_memory_nobody_is_remembered(void **state)
{
    AUTO(whereabouts) self = whereabouts_new(0);
    const uuid_t id = person(1);

    (void) state;
    whereabouts_put(self, &id, 1);
    assert_int_equal(whereabouts_get(self, &id), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remembers_the_last_that_was_said),
        cmocka_unit_test(test_remembers_while_it_may_grow),
        cmocka_unit_test(test_forgets_where_it_may_not),
        cmocka_unit_test(test_without_memory_nobody_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
