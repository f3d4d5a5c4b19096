/* SPDX-License-Identifier: Apache-2.0 */
#include "rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
test_rate_holds_over_time(void **state)
{
    rates_t *rates = rates_new();
    int64_t sent = 0, now = 1000;

    (void) state;
    /* Whoever comes when told to gets exactly the rate. */
    while (now < 1000 + 100000) {
        int64_t wait = rates_take(rates, "hrss", 500, 1000, now);

        assert_in_range(wait, 0, 2000);
        sent += wait == 0 ? 1000 : 0;
        now += wait;
    }
    assert_in_range(sent, 500 * 100 - 1000, 500 * 100 + 3000);
    rates_destroy(&rates);
}

static void
test_a_large_batch_is_taken_and_paid_for(void **state)
{
    rates_t *rates = rates_new();

    (void) state;
    assert_int_equal(rates_take(rates, "slow", 10, 10000, 0), 0);
    assert_int_equal(rates_take(rates, "slow", 10, 1, 1), 60000); /* asked to look in each minute */
    assert_int_equal(rates_take(rates, "other", 10, 1, 1), 0);    /* keys do not pay for each other */
    assert_int_equal(rates_take(rates, "slow", 10, 1, 990000), 10000);
    assert_int_equal(rates_take(rates, "slow", 10, 1, 1000000), 0);
    rates_destroy(&rates);
}

static void
test_reserve_is_bounded(void **state)
{
    rates_t *rates = rates_new();
    int taken = 0;

    (void) state;
    assert_int_equal(rates_take(rates, "k", 100, 1, 0), 0);
    for (int i = 0; i < 1000; i++)
        taken += rates_take(rates, "k", 100, 10, INT64_C(100000000000)) == 0;
    assert_int_equal(taken, 21); /* two seconds' worth, and the one that goes above it */
    rates_destroy(&rates);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rate_holds_over_time), cmocka_unit_test(test_a_large_batch_is_taken_and_paid_for),
                                        cmocka_unit_test(test_reserve_is_bounded) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
