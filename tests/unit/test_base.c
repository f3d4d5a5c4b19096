/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/civil.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_err(void **state)
{
    err_t err = { .cls = ERR_NONE };

    (void) state;
    assert_false(err_set(&err, ERR_REJECT, "a.code", "value %d", 7));
    assert_int_equal(err.cls, ERR_REJECT);
    assert_string_equal(err.code, "a.code");
    assert_string_equal(err.text, "value 7");
    assert_non_null(strstr(err.file, "test_base.c"));
    assert_false(err_add(&err, "decode"));
    assert_string_equal(err.text, "decode: value 7");

    /* arguments may point into the error that is overwritten */
    assert_false(err_set(&err, ERR_RETRY, err.code, "again: %s", err.text));
    assert_string_equal(err.text, "again: decode: value 7");
    assert_string_equal(err.code, "a.code");

    assert_false(err_set(NULL, ERR_BUG, "x", "y"));
    assert_false(err_add(NULL, "x"));
    err_clear(&err);
    assert_int_equal(err.cls, ERR_NONE);
    assert_string_equal(err_class_name(ERR_CONFIG), "config");
}

/* A text that is cut says so, and must still be UTF-8: it goes into replies. */
static void
test_err_cut(void **state)
{
    (void) state;
    for (size_t lead = 0; lead < 4; lead++) {
        err_t err;
        AUTO_STR s = STR_INIT;

        for (size_t i = 0; i < lead; i++)
            str_add_char(&s, 'a');
        for (size_t i = 0; i < 200; i++)
            str_add(&s, "户");
        assert_false(err_set(&err, ERR_REJECT, "x", "%s", s.ptr));
        assert_true(str_is_utf8(err.text, strlen(err.text)));
        assert_true(strlen(err.text) > ERR_TEXT_MAX - 5);
        assert_string_equal(err.text + strlen(err.text) - strlen("户…"), "户…");
        for (size_t i = 0; i < 5; i++) {
            assert_false(err_add(&err, "b"));
            assert_true(str_is_utf8(err.text, strlen(err.text)));
            assert_string_equal(err.text + strlen(err.text) - strlen("…"), "…");
        }
    }
    /* one that just fits is whole */
    err_t whole;
    char full[ERR_TEXT_MAX];
    memset(full, 'a', sizeof(full) - 1);
    full[sizeof(full) - 1] = '\0';
    assert_false(err_set(&whole, ERR_REJECT, "x", "%s", full));
    assert_string_equal(whole.text, full);
}

static void
test_mem(void **state)
{
    size_t cap = 0;
    int *list = NULL;

    (void) state;
    for (size_t i = 0; i < 1000; i++) {
        list = mem_grow(list, &cap, i + 1, sizeof(*list));
        assert_int_equal(list[i], 0);
        list[i] = (int) i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(list[i], i);
    mem_free(list);

    assert_null(mem_try(SIZE_MAX / 2, 3));
    mem_fail_at(2);
    void *first = mem_try(1, 1), *second = mem_try(1, 1), *third = mem_try(1, 1);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    mem_free(first);
    mem_free(third);

    char *s = mem_strdup("abc");
    mem_wipe(s, 3);
    assert_memory_equal(s, "\0\0\0", 3);
    mem_free_p(&s);
    assert_null(s);
    char *kept = mem_strdup("x"), *taken = TAKE(kept);
    assert_null(kept);
    mem_free(taken);
}

static void
test_arena(void **state)
{
    AUTO(arena) a = arena_new(256);

    (void) state;
    for (unsigned round = 0; round < 3; round++) {
        for (size_t n = 0; n < 500; n += 7) {
            unsigned char *p = arena_alloc(a, n);
            assert_int_equal((uintptr_t) p % 16, 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0); /* also after a reset over used memory */
            memset(p, 0xff, n);
        }
        assert_true(arena_used(a) > 10000);
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    assert_string_equal(arena_printf(a, "%d-%s", 5, "x"), "5-x");
    assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
    assert_int_equal(arena_new_array(a, uint64_t, 4)[3], 0);
    arena_destroy(&a);
    assert_null(a);
    arena_destroy(&a);
}

static void
test_str(void **state)
{
    AUTO_STR s = STR_INIT;

    (void) state;
    assert_string_equal(str_c(&s), "");
    str_add(&s, "a");
    str_add_char(&s, 'b');
    str_add_u64(&s, UINT64_MAX);
    str_add_char(&s, ' ');
    str_add_i64(&s, INT64_MIN);
    str_printf(&s, " %05d", 42);
    assert_string_equal(s.ptr, "ab18446744073709551615 -9223372036854775808 00042");
    assert_int_equal(s.len, strlen(s.ptr));
    str_clear(&s);
    for (size_t i = 0; i < 5000; i++)
        str_add_n(&s, "xyz", 3);
    assert_int_equal(s.len, 15000);
    assert_int_equal(s.ptr[15000], 0);

    assert_true(slice_eq(SLICE_LIT("ab"), slice_of("ab")));
    assert_false(slice_eq_str(SLICE_LIT("ab"), "abc"));
    assert_true(slice_eq_str((slice_t){ NULL, 0 }, ""));
    assert_true(str_starts("alert/3206", "alert/"));
    assert_false(str_starts("ale", "alert"));
    static const char *const list[] = { "a", "b" };
    assert_true(str_in("b", list, 2));
    assert_false(str_in("c", list, 2));

    char small[4];
    assert_true(str_copy(small, sizeof(small), "abc"));
    assert_false(str_copy(small, sizeof(small), "abcd"));
    assert_string_equal(small, "abc");
}

static void
test_utf8(void **state)
{
    static const struct {
        const char *s;
        bool valid;
    } cases[] = {
        { "", true }, { "plain text longer than eight bytes", true }, { "启东市汇龙镇", true }, { "a\xf0\x9f\x98\x80", true },
        { "\xed\x9f\xbf", true }, { "\xee\x80\x80", true }, { "\xf4\x8f\xbf\xbf", true },
        { "\x80", false }, { "\xc0\xaf", false }, { "\xc1\xbf", false }, { "\xe0\x9f\xbf", false }, { "\xed\xa0\x80", false },
        { "\xf0\x8f\xbf\xbf", false }, { "\xf4\x90\x80\x80", false }, { "\xf5\x80\x80\x80", false }, { "abcdefgh\xff", false },
        { "\xe5\x90", false }, { "\xe5", false }, { "\xc3" "a", false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(str_is_utf8(cases[i].s, strlen(cases[i].s)), cases[i].valid);
}

static void
test_hex(void **state)
{
    char text[9];
    unsigned char back[4];

    (void) state;
    str_hex("\x00\x7f\x80\xff", 4, text);
    assert_string_equal(text, "007f80ff");
    assert_true(str_unhex("007F80fF", 8, back, 4));
    assert_memory_equal(back, "\x00\x7f\x80\xff", 4);
    assert_false(str_unhex("007f80f", 7, back, 4));
    assert_false(str_unhex("007f80f ", 8, back, 4));
    assert_false(str_unhex("007f80ff", 8, back, 3));
}

static void
test_files(void **state)
{
    char folder[] = "/tmp/test_base.XXXXXX";
    AUTO_STR path = STR_INIT, text = STR_INIT;
    err_t err;
    struct stat st;

    (void) state;
    assert_non_null(mkdtemp(folder));
    str_printf(&path, "%s/a", folder);
    assert_false(str_read_file(&text, path.ptr, 100, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
    assert_non_null(strstr(err.text, path.ptr));

    assert_true(str_write_file(path.ptr, "hello", 5, 0600, &err));
    assert_int_equal(stat(path.ptr, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(str_write_file(path.ptr, "second", 6, 0644, &err));
    assert_true(str_read_file(&text, path.ptr, 6, &err));
    assert_string_equal(text.ptr, "second");
    assert_false(str_read_file(&text, path.ptr, 5, &err));
    assert_string_equal(text.ptr, "second"); /* a failure appends nothing */

    assert_int_equal(unlink(path.ptr), 0);
    assert_int_equal(rmdir(folder), 0); /* no temporary file stays behind */
    assert_false(str_write_file(path.ptr, "x", 1, 0600, &err));
}

static void
test_num(void **state)
{
    static const struct {
        const char *s;
        bool i64, u64, real;
    } cases[] = {
        { "0", true, true, true }, { "-1", true, false, true }, { "007", true, true, true },
        { "9223372036854775807", true, true, true }, { "9223372036854775808", false, true, true },
        { "-9223372036854775808", true, false, true }, { "-9223372036854775809", false, false, true },
        { "18446744073709551615", false, true, true }, { "18446744073709551616", false, false, true },
        { "", false, false, false }, { "-", false, false, false }, { "+1", false, false, false },
        { " 1", false, false, false }, { "1 ", false, false, false }, { "1x", false, false, false },
        { "1.5", false, false, true }, { ".5", false, false, false }, { "1.", false, false, false },
        { "1e3", false, false, true }, { "1e", false, false, false }, { "0x10", false, false, false },
        { "inf", false, false, false }, { "nan", false, false, false }, { "1e999", false, false, false },
        { "--1", false, false, false },
    };
    int64_t i;
    uint64_t u;
    double r;

    (void) state;
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        size_t n = strlen(cases[k].s);
        assert_int_equal(num_i64(cases[k].s, n, &i), cases[k].i64);
        assert_int_equal(num_u64(cases[k].s, n, &u), cases[k].u64);
        assert_int_equal(num_real(cases[k].s, n, &r), cases[k].real);
    }
    assert_true(num_i64("-9223372036854775808", 20, &i));
    assert_true(i == INT64_MIN);
    assert_true(num_real("-2.5e-1", 7, &r));
    assert_true(fabs(r + 0.25) < 1e-12);
    assert_false(num_add_i64(INT64_MAX, 1, &i));
    assert_false(num_mul_i64(INT64_MAX, 2, &i));
    assert_true(num_mul_i64(-3, 4, &i));
    assert_int_equal(i, -12);
}

static void
test_time(void **state)
{
    static const struct {
        const char *s;
        int64_t us; /* -1: refused */
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 }, { "1970-01-01t00:00:00.5z", 500000 },
        { "2024-06-18T10:00:00+08:00", 1718676000000000 }, { "2024-06-18T02:00:00.123456789Z", 1718676000123456 },
        { "2016-12-31T23:59:60Z", 1483228800000000 }, { "2017-01-01T07:59:60+08:00", 1483228800000000 },
        { "2024-02-29T00:00:00-00:30", 1709166600000000 },
        { "2024-06-18T10:00:00", -1 }, { "2024-06-18", -1 }, { "2024-02-30T00:00:00Z", -1 }, { "2024-13-01T00:00:00Z", -1 },
        { "2024-06-18T24:00:00Z", -1 }, { "2024-06-18T10:60:00Z", -1 }, { "2024-06-18T10:00:60Z", -1 },
        { "2024-06-18T10:00:00.Z", -1 }, { "2024-06-18T10:00:00+8:00", -1 }, { "2024-06-18T10:00:00Zx", -1 },
        { "2024-06-18 10:00:00Z", -1 }, { "", -1 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t us = -1;
        assert_int_equal(time_parse(cases[i].s, strlen(cases[i].s), &us), cases[i].us >= 0);
        assert_int_equal(us, cases[i].us);
    }

    char text[TIME_TEXT_SIZE];
    static const int64_t instants[] = { 0, -1, 1718676000123456, -62167219200000000, 253402300799999999 };
    for (size_t i = 0; i < COUNT_OF(instants); i++) {
        int64_t back;
        time_format(instants[i], text);
        assert_true(time_parse(text, strlen(text), &back));
        assert_int_equal(back, instants[i]);
    }
    time_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
    time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
    assert_true(time_now_us() > 1700000000000000);
    assert_true(time_monotonic_ms() <= time_monotonic_us() / 1000 + 1);
}

static void
check_civil_days(int64_t from, int64_t to, int64_t step)
{
    int64_t year;
    int month, day;

    for (int64_t d = from; d <= to; d += step) {
        civil_parts(d, &year, &month, &day);
        assert_true(civil_is_valid(year, month, day));
        assert_int_equal(civil_days(year, month, day), d);
    }
}

static void
test_civil(void **state)
{
    (void) state;
    check_civil_days(civil_days(1590, 1, 1), civil_days(2420, 1, 1), 1);
    check_civil_days(INT64_C(-2180438) - 500, INT64_C(-2180438) + 500, 1); /* where the short way begins, and ends */
    check_civil_days(INT64_C(534690474) - 500, INT64_C(534690474) + 500, 1);
    check_civil_days(INT32_MIN, INT32_MAX, 99991);
    assert_false(civil_is_valid(1900, 2, 29));
    assert_true(civil_is_valid(2000, 2, 29));
}

static void
test_uuid(void **state)
{
    uuid_t a, b, derived;
    char text[UUID_TEXT_SIZE];

    (void) state;
    uuid_random(&a);
    uuid_random(&b);
    assert_false(uuid_eq(&a, &b));
    assert_int_equal(a.b[6] >> 4, 4);
    assert_int_equal(a.b[8] >> 6, 2);
    uuid_format(&a, text);
    assert_true(uuid_parse(text, 36, &b));
    assert_true(uuid_eq(&a, &b));
    assert_int_equal(uuid_cmp(&a, &b), 0);
    uuid_random_near(&a, &b);
    assert_memory_equal(a.b, b.b, 4);
    assert_memory_not_equal(a.b + 8, b.b + 8, 8);
    assert_int_equal(b.b[6] >> 4, 4);

    /* worked out with Python's hashlib */
    uuid_derive("household", "320681-0001", &derived);
    uuid_format(&derived, text);
    assert_string_equal(text, "8f77d877-a1d8-8d4d-928c-cc81c6431974");

    assert_true(uuid_parse("00000000-0000-0000-0000-000000000000", 36, &b));
    assert_true(uuid_is_nil(&b));
    assert_false(uuid_parse("00000000-0000-0000-0000-00000000000", 35, &b));
    assert_false(uuid_parse("00000000-0000-0000-0000-00000000000g", 36, &b));
    assert_false(uuid_parse("000000000000-0000-0000-0000-00000000", 36, &b));
    assert_false(uuid_is_nil(&a));
}

static void
test_uuid_map(void **state)
{
    enum { N = 5000 };
    AUTO(uuid_map) map = uuid_map_new();
    uuid_t *keys = mem_new_array(uuid_t, N);

    (void) state;
    assert_null(uuid_map_get(NULL, &keys[0]));
    for (size_t i = 0; i < N; i++) {
        if (i % 2 == 0) {
            uuid_random(&keys[i]);
        } else { /* also keys that differ in one byte only */
            memset(&keys[i], 0, sizeof(keys[i]));
            keys[i].b[14] = (uint8_t) (i >> 8);
            keys[i].b[15] = (uint8_t) i;
        }
        uuid_map_put(map, &keys[i], &keys[i]);
    }
    uuid_map_put(map, &keys[7], &keys[8]);
    assert_int_equal(uuid_map_count(map), N);
    for (size_t i = 0; i < N; i++)
        assert_ptr_equal(uuid_map_get(map, &keys[i]), i == 7 ? &keys[8] : &keys[i]);
    uuid_t other;
    uuid_random(&other);
    assert_null(uuid_map_get(map, &other));
    mem_free(keys);
}

static void
test_hash(void **state)
{
    hash_t whole, parts;
    char text[2 * HASH_SIZE + 1];

    (void) state;
    hash_of("abc", 3, &whole);
    str_hex(whole.b, HASH_SIZE, text);
    assert_string_equal(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    const hash_part_t list[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
    hash_of_parts(list, COUNT_OF(list), &parts);
    assert_memory_equal(&whole, &parts, sizeof(whole));
}

static void
test_failpoint(void **state)
{
    (void) state;
    failpoint_init(NULL);
    assert_false(failpoint_hit("a"));
    failpoint_init("a:error:3,b:error");
    assert_false(failpoint_hit("a"));
    assert_false(failpoint_hit("a"));
    assert_true(failpoint_hit("a"));
    assert_false(failpoint_hit("a"));
    assert_true(failpoint_hit("b"));
    assert_false(failpoint_hit("c"));
    failpoint_init("");

    pid_t child = fork();
    if (child == 0) {
        failpoint_init("x.after_commit:kill:2");
        (void) failpoint_hit("x.after_commit");
        (void) failpoint_hit("x.after_commit");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* A misspelt action must not let a test pass for that. */
static void
test_failpoint_misspelt(void **state)
{
    (void) state;
    pid_t child = fork();
    if (child == 0) {
        (void) !freopen("/dev/null", "w", stderr);
        failpoint_init("x:kil");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void
test_words(void **state)
{
    static const char *const names[] = { "open", "closed" };
    AUTO(arena) arena = arena_new(256);
    const char **items;
    err_t err = { 0 };
    size_t n;

    (void) state;
    assert_int_equal(str_index("closed", names, 2), 1);
    assert_int_equal(str_index("close", names, 2), -1);
    assert_int_equal(str_index(NULL, names, 2), -1);
    assert_int_equal(str_index("closed", names, 1), -1);
    items = arena_split(arena, "320681,,320682", &n);
    assert_int_equal(n, 2);
    assert_string_equal(items[0], "320681");
    assert_string_equal(items[1], "320682");
    (void) arena_split(arena, ",", &n);
    assert_int_equal(n, 0);
    assert_false(err_bad_data(&err, "/state", "unknown"));
    assert_int_equal(err.cls, ERR_REJECT);
    assert_string_equal(err.code, "bad_data");
    assert_string_equal(err.text, "/state: unknown");
    assert_string_equal(err.pointer, "/state");
    assert_false(err_bad_data(NULL, "/state", "unknown"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err),       cmocka_unit_test(test_err_cut),   cmocka_unit_test(test_mem),
        cmocka_unit_test(test_arena),     cmocka_unit_test(test_str),       cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_hex),       cmocka_unit_test(test_files),     cmocka_unit_test(test_num),
        cmocka_unit_test(test_time),      cmocka_unit_test(test_civil),     cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_uuid_map),  cmocka_unit_test(test_hash),      cmocka_unit_test(test_failpoint),
        cmocka_unit_test(test_failpoint_misspelt), cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
