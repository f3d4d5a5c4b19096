/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "referral_model.h"
#include <string.h>

static void
every_state_is_reached_and_left(void **state)
{
    const int final[] = { REFERRAL_DECLINED, REFERRAL_CONFIRMED, REFERRAL_CANCELLED };
    err_t err = { 0 };

    (void) state;
    if (!lifecycle_check(&referral_lifecycle, final, COUNT_OF(final), &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < COUNT_OF(final); i++) {
        referral_t r = { .state = (referral_state_t) final[i] };

        assert_true(referral_is_final(&r));
        for (int event = 0; event < REFERRAL_EV_COUNT; event++) {
            int to = -1;

            assert_false(lifecycle_step(&referral_lifecycle, final[i], event, &r, &to, &err));
        }
    }
}

/* The constraints list exactly the names of the tables: lists break over lines in the file. */
static void
expect_list(const char *sql, const char *column, const char *const *names, size_t n)
{
    AUTO_STR want = STR_INIT;
    AUTO_STR squeezed = STR_INIT;

    str_printf(&want, "CHECK (%s IN (", column);
    for (size_t i = 0; i < n; i++)
        str_printf(&want, "%s'%s'", i == 0 ? "" : ", ", names[i]);
    str_add(&want, "))");
    for (const char *p = sql; *p != '\0'; p++) {
        if ((*p == ' ' || *p == '\n') && squeezed.len > 0 && squeezed.ptr[squeezed.len - 1] == ' ')
            continue;
        str_add_char(&squeezed, *p == '\n' ? ' ' : *p);
    }
    if (strstr(str_c(&squeezed), str_c(&want)) == NULL)
        fail_msg("001_referral.sql lacks %s", str_c(&want));
}

static void
database_mirrors_the_names(void **state)
{
    AUTO_STR sql = STR_INIT;
    err_t err = { 0 };

    (void) state;
    assert_true(str_read_file(&sql, SOURCE_DIR "/services/referral/sql/migrations/001_referral.sql", 1 << 20, &err));
    expect_list(str_c(&sql), "state", referral_state_names, REFERRAL_STATE_COUNT);
    expect_list(str_c(&sql), "need", need_names, NEED_COUNT);
}

static void
readme_draws_the_table(void **state)
{
    AUTO_STR readme = STR_INIT;
    AUTO_STR want = STR_INIT;
    err_t err = { 0 };

    (void) state;
    lifecycle_mermaid(&referral_lifecycle, &want);
    assert_true(str_read_file(&readme, SOURCE_DIR "/services/referral/README.md", 1 << 20, &err));
    if (strstr(str_c(&readme), str_c(&want)) == NULL)
        fail_msg("services/referral/README.md should hold\n%s", str_c(&want));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_reached_and_left),
        cmocka_unit_test(database_mirrors_the_names),
        cmocka_unit_test(readme_draws_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
