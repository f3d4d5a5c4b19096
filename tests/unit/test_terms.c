/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"
#include "base/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
test_intern(void **state)
{
    AUTO(terms) t = terms_new();

    (void) state;
    assert_int_equal(terms_find(t, "income.wage"), 0);
    assert_int_equal(terms_intern(t, "income.wage"), 1);
    assert_int_equal(terms_intern(t, "asset.vehicle"), 2);
    assert_int_equal(terms_intern(t, "income.wage"), 1);
    assert_int_equal(terms_find(t, "asset.vehicle"), 2);
    assert_string_equal(terms_word(t, 2), "asset.vehicle");
    assert_string_equal(terms_word(t, 0), "");
    assert_string_equal(terms_word(t, 3), "");
}

static void
test_saving(void **state)
{
    AUTO(terms) t = terms_new();

    (void) state;
    assert_int_equal(terms_first_unsaved(t), 0);
    terms_load(t, 2, "b");
    terms_load(t, 1, "a");
    assert_int_equal(terms_first_unsaved(t), 0);
    assert_int_equal(terms_intern(t, "b"), 2);
    assert_int_equal(terms_intern(t, "c"), 3);
    assert_int_equal(terms_intern(t, "d"), 4);
    assert_int_equal(terms_first_unsaved(t), 3);
    assert_int_equal(terms_last(t), 4);
    terms_saved(t);
    assert_int_equal(terms_first_unsaved(t), 0);
}

static void
test_many(void **state)
{
    AUTO(terms) t = terms_new();
    char word[32];

    (void) state;
    for (int i = 1; i <= 5000; i++) {
        (void) snprintf(word, sizeof(word), "word.%d", i);
        assert_int_equal(terms_intern(t, word), i);
    }
    for (int i = 1; i <= 5000; i++) {
        (void) snprintf(word, sizeof(word), "word.%d", i);
        assert_int_equal(terms_find(t, word), i);
        assert_string_equal(terms_word(t, (term_t) i), word);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intern),
        cmocka_unit_test(test_saving),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
