/* SPDX-License-Identifier: Apache-2.0 */
/* A program in which a sanitizer finds something ends with a code that none of ours ends with.  Any other build skips. */
#include "unit.h"

#include "base/mem.h"
#include "base/poison.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef POISON_SEEN

typedef void (*fault_fn)(void);

static void
nothing(void)
{
}

static void
leaks(void)
{
    for (unsigned i = 0; i < 100; i++) {
        char *volatile p = mem_alloc(1000, 1);
        p[0] = 'x';
    }
}

static void
reads_beyond(void)
{
    char *volatile p = mem_alloc(10, 1);
    volatile size_t n = 10;

    (void) putchar(p[n]);
}

static void
overflows(void)
{
    volatile int n = INT_MAX;

    n = n + 1;
}

/* How a program ends that does this and is content with itself. */
static int
code_of(fault_fn fault)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(1);
        fault();
        exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
test_code(void **state)
{
    (void) state;
    assert_int_equal(code_of(nothing), 0);
    assert_int_equal(code_of(leaks), 99);
    assert_int_equal(code_of(reads_beyond), 99);
    assert_int_equal(code_of(overflows), 99);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int
main(void)
{
    (void) printf("skipped: only the asan preset has sanitizers\n");
    return 77;
}

#endif
