/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_DB_FIXTURE_H
#define TESTS_INTEGRATION_DB_FIXTURE_H

/* For tests that run beside pg_temp.sh.  Included once by each test program. */

#include "db/db.h"

#include "base/mem.h"
#include "base/poison.h"

#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

#ifdef POISON_SEEN
#define SLOW 4 /* under the sanitizers everything takes longer */
#else
#define SLOW 1
#endif

#define OK(call) \
    do { \
        err_t err_ok_ = { 0 }; \
        err_t *err = &err_ok_; \
        if (!(call)) \
            fail_msg("%s:%d: %s: %s (%s)", __FILE__, __LINE__, #call, err_ok_.text, err_ok_.code); \
    } while (0)

#define FAILS(call, want_cls, want_code) \
    do { \
        err_t err_no_ = { 0 }; \
        err_t *err = &err_no_; \
        if (call) \
            fail_msg("%s:%d: %s should have failed", __FILE__, __LINE__, #call); \
        last_error = err_no_; \
        if (err_no_.cls != (want_cls) || strcmp(err_no_.code, (want_code)) != 0) \
            fail_msg("%s:%d: %s: %s: %s (%s)", __FILE__, __LINE__, #call, err_class_name(err_no_.cls), err_no_.text, \
                     err_no_.code); \
    } while (0)

/* of the last FAILS */
static err_t last_error;

static inline db_options_t
fixture_options(const char *schema, const db_stmt_set_t *const *sets)
{
    const char *conninfo = getenv("PLIMSOLL_TEST_DB");

    if (conninfo == NULL)
        fail_msg("PLIMSOLL_TEST_DB is not set: run this through tests/integration/pg_temp.sh");
    return (db_options_t){ .conninfo = conninfo,
                           .application = schema,
                           .connect_timeout_ms = 5000 * SLOW,
                           .statement_timeout_ms = 5000 * SLOW,
                           .sets = sets };
}

static inline db_t *
fixture_open(const char *schema, const db_stmt_set_t *const *sets)
{
    db_options_t options = fixture_options(schema, sets);
    db_t *db = NULL;

    OK(db_open(&options, &db, err));
    return db;
}

/* stop, kill or start */
static inline void
fixture_server(const char *action)
{
    char *program = getenv("PLIMSOLL_TEST_PG");
    char *copy = mem_strdup(action);
    char *argv[] = { program, copy, NULL };
    pid_t pid = 0;
    int status = 0;

    assert_non_null(program);
    assert_int_equal(posix_spawn(&pid, program, NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    mem_free(copy);
}

#endif
