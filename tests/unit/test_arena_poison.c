/* SPDX-License-Identifier: Apache-2.0 */
/* What an arena keeps, but has given to nobody, is poisoned: AddressSanitizer ends who touches it.  Any other build skips. */
#include "unit.h"

#include "base/mem.h"
#include "base/poison.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef POISON_SEEN

/* Small, of many blocks, and larger than what blocks of their own pages are for. */
static const size_t sizes[] = { 1, 7, 8, 15, 16, 17, 100, 255, 256, 257, 1000, 5000, 70000, (size_t) 5 * 1024 * 1024 };

#define ROUNDS 20

typedef struct {
    char *p;
    size_t n;
} piece_t;

static size_t
fill(arena_t *a, piece_t pieces[ROUNDS * COUNT_OF(sizes)])
{
    size_t n = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        /* the large one once: else all that may be kept would be its blocks */
        for (size_t i = 0; i < COUNT_OF(sizes) - (round > 0); i++)
            pieces[n++] = (piece_t){ arena_alloc(a, sizes[i]), sizes[i] };
    }
    return n;
}

static void
test_given(void **state)
{
    AUTO(arena) a = arena_new(256);
    piece_t pieces[ROUNDS * COUNT_OF(sizes)];
    size_t n;

    (void) state;
    for (unsigned round = 0; round < 3; round++) {
        n = fill(a, pieces);
        for (size_t i = 0; i < n; i++) {
            assert_null(__asan_region_is_poisoned(pieces[i].p, pieces[i].n));
            /* one byte too far is seen, though what comes next is the arena's own */
            assert_true(__asan_address_is_poisoned(pieces[i].p + pieces[i].n) || pieces[i].n % 16 == 0);
        }
        arena_reset(a);
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < pieces[i].n; k += 1 + pieces[i].n / 5000)
                assert_true(__asan_address_is_poisoned(pieces[i].p + k));
        }
    }
    /* half of what was before is given again, the other half is not */
    char *p = arena_alloc(a, 100);
    assert_ptr_equal(p, pieces[0].p);
    assert_null(__asan_region_is_poisoned(p, 100));
    assert_true(__asan_address_is_poisoned(p + 112));
}

static void
test_nothing_given(void **state)
{
    AUTO(arena) a = arena_new(256);
    char *p = arena_alloc(a, 0), *q = arena_alloc(a, 1);

    (void) state;
    assert_true(__asan_address_is_poisoned(p));
    assert_false(__asan_address_is_poisoned(q));
    assert_true(__asan_address_is_poisoned(q + 1));
    assert_true(__asan_address_is_poisoned(q + 16)); /* of the block's rest, which was never given */
}

/* As it happens to a program: a pointer of the last message is followed in the next one. */
static void
test_used_after_reset(void **state)
{
    int out[2];
    char text[65536];
    size_t n = 0;
    ssize_t got;
    int status;

    (void) state;
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        AUTO(arena) a = arena_new(256);
        volatile char *p = arena_strndup(a, "before", 6);

        (void) dup2(out[1], STDERR_FILENO);
        arena_reset(a);
        _exit(p[0] == 'b' ? 42 : 43);
    }
    (void) close(out[1]);
    while ((got = read(out[0], text + n, sizeof(text) - 1 - n)) > 0)
        n += (size_t) got;
    text[n] = '\0';
    (void) close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && (WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 43));
    assert_non_null(strstr(text, "use-after-poison"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_nothing_given),
        cmocka_unit_test(test_used_after_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int
main(void)
{
    (void) printf("skipped: only the asan preset sees what is poisoned\n");
    return 77;
}

#endif
