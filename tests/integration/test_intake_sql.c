/* SPDX-License-Identifier: Apache-2.0 */
#include "db_fixture.h"

#include "intake_sql.h"
#include "stream/stream.h"

/* What each .sql file says of itself in its first lines is what PostgreSQL says of it. */
static void
test_statements_keep_their_contract(void **state)
{
    static const db_stmt_set_t *const sets[] = { &stream_statements, &intake_statements, NULL };
    static const db_migration_set_t *const migrations[] = { &stream_migrations, &intake_migrations, NULL };
    db_options_t bare = fixture_options("intake", NULL), options = fixture_options("intake", sets);
    AUTO(db) db = NULL;

    (void) state;
    FAILS(db_open(&options, &db, err), ERR_CONFIG, "db.config"); /* nothing is there yet, and it says what to do */
    assert_non_null(strstr(last_error.text, "--migrate"));
    OK(db_migrate(&bare, migrations, err));
    OK(db_open(&options, &db, err));
    OK(db_check_version(db, migrations, err));
    OK(db_check_statements(db, &intake_statements, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_statements_keep_their_contract) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
