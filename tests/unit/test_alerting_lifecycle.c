/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alert_lifecycle.h"
#include "base/str.h"
#include <string.h>

static void
every_state_is_reached_and_left(void **state)
{
    const int final[] = { ALERT_CLOSED };
    err_t err = { 0 };

    (void) state;
    if (!lifecycle_check(&alert_lifecycle, final, 1, &err))
        fail_msg("%s", err.text);
}

/* The CHECK constraint lists exactly the states of the table, in its order. */
static void
database_mirrors_the_states(void **state)
{
    AUTO_STR sql = STR_INIT;
    AUTO_STR want = STR_INIT;
    err_t err = { 0 };

    (void) state;
    str_add(&want, "CHECK (state IN (");
    for (int i = 0; i < ALERT_STATE_COUNT; i++)
        str_printf(&want, "%s'%s'", i == 0 ? "" : ", ", alert_state_names[i]);
    str_add(&want, "))");
    assert_true(str_read_file(&sql, SOURCE_DIR "/services/alerting/sql/migrations/001_alerting.sql", 1 << 20, &err));
    if (strstr(str_c(&sql), str_c(&want)) == NULL)
        fail_msg("001_alerting.sql lacks %s", str_c(&want));
}

static void
readme_draws_the_table(void **state)
{
    AUTO_STR readme = STR_INIT;
    AUTO_STR want = STR_INIT;
    err_t err = { 0 };

    (void) state;
    lifecycle_mermaid(&alert_lifecycle, &want);
    assert_true(str_read_file(&readme, SOURCE_DIR "/services/alerting/README.md", 1 << 20, &err));
    if (strstr(str_c(&readme), str_c(&want)) == NULL)
        fail_msg("services/alerting/README.md should hold\n%s", str_c(&want));
}

static void
closed_is_final(void **state)
{
    alert_t alert = { .state = ALERT_CLOSED };

    (void) state;
    for (int event = 0; event < ALERT_EV_COUNT; event++) {
        err_t err = { 0 };
        int to = -1;

        assert_false(lifecycle_step(&alert_lifecycle, ALERT_CLOSED, event, &alert, &to, &err));
        assert_string_equal(err.code, "conflict");
        assert_int_equal(err.cls, ERR_REJECT);
    }
}

static void
results_lead_where_they_should(void **state)
{
    static const struct {
        result_t result;
        alert_state_t to;
    } cases[] = {
        { RESULT_NO_HARDSHIP, ALERT_CLOSED }, { RESULT_ALREADY_HAS_POLICY, ALERT_CLOSED },
        { RESULT_POLICY_DELIVERED, ALERT_CLOSED }, { RESULT_APPLY, ALERT_VISITED },
        { RESULT_REFER, ALERT_REFERRED }, { RESULT_SHOULD_EXIT, ALERT_VISITED },
    };
    finding_t open = { .state = FINDING_OPEN };
    finding_t *list[] = { &open };
    alert_t alert = { .findings = list, .finding_count = 1 };

    (void) state;
    assert_int_equal(COUNT_OF(cases), RESULT_COUNT);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int from = ALERT_OPEN; from <= ALERT_VISITED; from++) {
            err_t err = { 0 };
            int to = -1;

            assert_true(
                lifecycle_step(&alert_lifecycle, from, (int) alert_event_of_result(cases[i].result), &alert, &to, &err));
            assert_int_equal(to, cases[i].to);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_reached_and_left), cmocka_unit_test(database_mirrors_the_states),
        cmocka_unit_test(readme_draws_the_table),          cmocka_unit_test(closed_is_final),
        cmocka_unit_test(results_lead_where_they_should),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
