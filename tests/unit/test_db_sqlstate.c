/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *sqlstate;
    err_class_t cls;
    bool outage;
} cases[] = {
    { "08006", ERR_RETRY, true },   { "08001", ERR_RETRY, true },   { "53100", ERR_RETRY, true },
    { "53300", ERR_RETRY, true },   { "57P01", ERR_RETRY, true },   { "57P02", ERR_RETRY, true },
    { "57P03", ERR_RETRY, true },   { "25006", ERR_RETRY, true },   { "25P03", ERR_RETRY, true },
    { "58030", ERR_RETRY, true },   { "40003", ERR_RETRY, true },   { "40001", ERR_RETRY, false },
    { "40P01", ERR_RETRY, false },  { "55P03", ERR_RETRY, false },  { "57014", ERR_RETRY, false },
    { "55006", ERR_RETRY, false },  { "0A000", ERR_RETRY, false },  { "26000", ERR_RETRY, false },
    { "XX000", ERR_RETRY, false },  { "22P02", ERR_REJECT, false }, { "22021", ERR_REJECT, false },
    { "23505", ERR_REJECT, false }, { "23514", ERR_REJECT, false }, { "54000", ERR_REJECT, false },
    { "P0001", ERR_REJECT, false }, { "28P01", ERR_CONFIG, false }, { "28000", ERR_CONFIG, false },
    { "3D000", ERR_CONFIG, false }, { "3F000", ERR_CONFIG, false }, { "42P01", ERR_CONFIG, false },
    { "42501", ERR_CONFIG, false }, { "57P04", ERR_CONFIG, false }, { "XX001", ERR_CONFIG, false },
    { "25P02", ERR_BUG, false },    { "34000", ERR_BUG, false },    { "25001", ERR_BUG, false },
    { "P0003", ERR_BUG, false },
};

static void
each_state_has_its_class(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool outage = !cases[i].outage;
        err_class_t cls = db_sqlstate_class(cases[i].sqlstate, &outage);
        if (cls != cases[i].cls || outage != cases[i].outage)
            fail_msg("%s is %s%s", cases[i].sqlstate, err_class_name(cls), outage ? ", outage" : "");
        assert_int_equal(db_sqlstate_class(cases[i].sqlstate, NULL), cases[i].cls);
    }
}

/* Only what could succeed later can be an outage. */
static void
only_retries_are_outages(void **state)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char sqlstate[6] = "00000";

    (void) state;
    for (size_t i = 0; i < sizeof(letters) - 1; i++) {
        for (size_t j = 0; j < sizeof(letters) - 1; j++) {
            bool outage = false;
            sqlstate[0] = letters[i];
            sqlstate[1] = letters[j];
            err_class_t cls = db_sqlstate_class(sqlstate, &outage);
            assert_true(cls > ERR_NONE && cls < ERR_CLASS_COUNT);
            assert_true(!outage || cls == ERR_RETRY);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_class),
        cmocka_unit_test(only_retries_are_outages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
