/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_synth.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "domain/date.h"
#include "synth_judge.h"
#include "synth_people.h"
#include "synth_profile.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SMALL SOURCE_DIR "/deploy/demo/small.yaml"
#define CHOICES SOURCE_DIR "/deploy/demo/own-choices.yaml"

/* ---- a directory of the test's own ---- */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void) st, (void) kind, (void) ftw;
    return remove(path);
}

static int
setup_dir(void **state)
{
    char *dir = mem_strdup("/tmp/test_synth_XXXXXX");

    *state = dir;
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown_dir(void **state)
{
    int rc = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);

    mem_free(*state);
    return rc;
}

/* Runs the command with its output thrown away. */
static int
run(char *const args[], int n)
{
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);
    int null = open("/dev/null", O_WRONLY);
    char *argv[12] = { NULL };

    assert_true(out >= 0 && err >= 0 && null >= 0 && n < 12);
    for (int i = 0; i < n; i++)
        argv[i] = args[i];
    (void) fflush(NULL);
    assert_true(dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0);
    int rc = cmd_synth(n, argv);
    (void) fflush(NULL);
    assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
    (void) close(out);
    (void) close(err);
    (void) close(null);
    return rc;
}

static void
make(const char *base, const char *name, const char *seed, str_t *ret_dir)
{
    char words[][8] = { "synth", "--out", "--seed" };
    char profile[] = SMALL;
    char seed_text[24];
    AUTO_STR dir = STR_INIT;

    str_printf(&dir, "%s/%s", base, name);
    (void) snprintf(seed_text, sizeof seed_text, "%s", seed);
    char *args[] = { words[0], profile, words[1], dir.ptr, words[2], seed_text };
    assert_int_equal(run(args, (int) COUNT_OF(args)), 0);
    str_add(ret_dir, str_c(&dir));
}

static void
hash_file(const char *dir, const char *name, hash_t *ret)
{
    AUTO_STR path = STR_INIT;
    AUTO_STR content = STR_INIT;
    err_t err;

    str_printf(&path, "%s/%s", dir, name);
    assert_true(str_read_file(&content, str_c(&path), 64u << 20, &err));
    assert_true(content.len > 0);
    hash_of(content.ptr, content.len, ret);
}

static const char *const files[] = {
    "manifest.ndjson",
    "county.json",
    "regions.json",
    "truth.ndjson",
    "decoys.ndjson",
    "00-register/civil.households.ndjson",
    "00-register/civil.enrolments.ndjson",
    "00-register/hrss.wages.ndjson",
    "2024-03-05/civil.enrolments.ndjson",
    "2024-03-25/hrss.pensions.ndjson",
    "2024-06-15/police.deaths.ndjson",
};

static void
test_same_seed_same_bytes(void **state)
{
    AUTO_STR a = STR_INIT;
    AUTO_STR b = STR_INIT;
    AUTO_STR c = STR_INIT;
    int changed = 0;

    make(*state, "a", "7", &a);
    make(*state, "b", "7", &b);
    make(*state, "c", "8", &c);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        hash_t of_a, of_b, of_c;

        hash_file(str_c(&a), files[i], &of_a);
        hash_file(str_c(&b), files[i], &of_b);
        hash_file(str_c(&c), files[i], &of_c);
        assert_memory_equal(&of_a, &of_b, sizeof of_a);
        changed += memcmp(&of_a, &of_c, sizeof of_a) != 0;
    }
    /* The regions and, mostly, the manifest do not hang on chance. */
    assert_true(changed >= (int) COUNT_OF(files) - 2);
}

/* ---- what is refused ---- */

static void
test_refuses_wrong_use(void **state)
{
    char words[][32] = { "synth", "--out", "/tmp/none", "--seed", "--scale", "zero", "/no/such/profile.yaml", "--frob" };
    char profile[] = SMALL;
    char *const none[] = { words[0] };
    char *const no_out[] = { words[0], profile };
    char *const bad_seed[] = { words[0], profile, words[1], words[2], words[3], words[5] };
    char *const bad_scale[] = { words[0], profile, words[1], words[2], words[4], words[5] };
    char *const no_file[] = { words[0], words[6], words[1], words[2] };
    char *const unknown[] = { words[0], profile, words[7] };
    char *const no_value[] = { words[0], profile, words[1] };

    (void) state;
    assert_int_equal(run(none, 1), 2);
    assert_int_equal(run(no_out, 2), 2);
    assert_int_equal(run(bad_seed, 6), 2);
    assert_int_equal(run(bad_scale, 6), 2);
    assert_int_equal(run(no_file, 4), 2);
    assert_int_equal(run(unknown, 3), 2);
    assert_int_equal(run(no_value, 3), 2);
}

/* A profile with one piece of text replaced by another. */
static void
load_changed(str_t *ret, const char *path, const char *from, const char *to)
{
    AUTO_STR text = STR_INIT;
    err_t err;

    assert_true(str_read_file(&text, path, 1u << 20, &err));
    const char *at = strstr(str_c(&text), from);
    assert_non_null(at);
    str_add_n(ret, text.ptr, (size_t) (at - text.ptr));
    str_add(ret, to);
    str_add(ret, at + strlen(from));
}

typedef struct {
    const char *from;
    const char *to;
    const char *says;
} refused_t;

static void
refuses(const char *path, const refused_t *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        AUTO_STR text = STR_INIT;
        AUTO(synth_profile) profile = NULL;
        err_t err = { 0 };

        load_changed(&text, path, cases[i].from, cases[i].to);
        if (synth_profile_parse("case", text.ptr, text.len, &profile, &err))
            fail_msg("accepted: %s", cases[i].to);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].to, err.text);
        assert_null(profile);
    }
}

static void
test_refuses_impossible_profiles(void **state)
{
    static const refused_t cases[] = {
        { "start: 2024-01-01", "start: 2024-01-02", "first of a month" },
        { "end: 2024-06-30", "end: 2024-02-28", "months" },
        { "end: 2024-06-30", "end: 2024-06-20", "last feed day" },
        { "[5, 15, 25]", "[5, 15, 30]", "4 and 28" },
        { "[5, 15, 25]", "[5, 15]", "three days" },
        { "from: 2024-07-01", "from: 2024-03-01", "changes between" },
        { "from: 2023-07-01", "from: 2024-02-01", "standard" },
        { "people: 245", "people: 100", "each needs one" },
        { "people: 245", "people: 24500", "at most" },
        { "dibao_single: 20", "dibao_single: 500", "dibao_single" },
        { "child_leave: 2", "child_leave: 20", "tenth" },
        { "disability_living: 180", "disability_living: 10", "their sum" },
        { "resident_area: \"990681\"", "resident_area: \"320681\"", "nobody has" },
        { "code: \"320681110\"", "code: \"320685110\"", "nine digits" },
        { "  wage_lost: 30", "  wages_lost: 30", "wages_lost" },
        { "tekun: 1070.00", "tekun: viel", "yuan" },
        { "work_cost_share: 0.10", "work_cost_share: 0.9", "work_cost_share" },
        { "seed: 7", "seed: -7", "seed" },
    };

    static const refused_t of_choices[] = {
        { "maintenance: by_children", "maintenance: by_heads", "by_heads" },
        { "income_months: 6", "income_months: 7", "6 or 12" },
        { "rigid_deposit_months: 48", "rigid_deposit_months: 30", "looser" },
        { "rigid_deposit_months: 48", "rigid_deposit_months: 0", "rigid_property" },
        { "rigid_test: residual_or_share", "rigid_test: share", "rigid_residual" },
        { "rigid_share: 0.50", "rigid_share: 0.40", "rigid_residual" },
        { "rigid_months: 6", "rigid_months: 13", "rigid_months" },
        { "irregular_months: 6", "irregular_months: 5", "irregular_months" },
    };

    (void) state;
    refuses(SMALL, cases, COUNT_OF(cases));
    refuses(CHOICES, of_choices, COUNT_OF(of_choices));
}

/* ---- people ---- */

static void
test_numbers_are_valid_and_nobodys(void **state)
{
    synth_people_t *people = synth_people_new("990681");
    char last[RESIDENT_ID_SIZE] = "";

    (void) state;
    /* More of one birthday than an area code holds: the next code follows. */
    for (int i = 0; i < 1200; i++) {
        int32_t born = date_of(1960, 2, 29);
        char rid[RESIDENT_ID_SIZE];
        resident_id_t parsed;
        err_t err;

        synth_people_number(people, &born, i % 2 == 0, rid);
        assert_true(resident_id_parse(rid, 18, &parsed, &err));
        assert_int_equal(parsed.born, date_of(1960, 2, 29));
        assert_int_equal(parsed.male, i % 2 == 0);
        assert_int_equal(strncmp(rid, "99068", 5), 0);
        assert_string_not_equal(rid, last);
        memcpy(last, rid, sizeof last);
    }
    synth_people_destroy(&people);
}

static void
test_random_numbers_stay(void **state)
{
    synth_rng_t a, b;

    (void) state;
    synth_rng_init(&a, 1, 2);
    synth_rng_init(&b, 1, 2);
    for (int i = 0; i < 100; i++)
        assert_true(synth_rng_next(&a) == synth_rng_next(&b));
    synth_rng_init(&b, 1, 3);
    assert_true(synth_rng_next(&a) != synth_rng_next(&b));
    for (int i = 0; i < 1000; i++) {
        int n = synth_rng_int(&a, -3, 4);
        assert_true(n >= -3 && n <= 4);
    }
    assert_int_equal(synth_rng_int(&a, 5, 5), 5);
}

/* ---- the sums that a plot is planted by, worked out with a pencil ---- */

static void
test_amount_by_the_formula(void **state)
{
    AUTO(synth_profile) profile = NULL;
    synth_people_t *people = synth_people_new("990681");
    uint32_t serials[SYNTH_REC_COUNT] = { 0 };
    synth_house_t h;
    synth_view_t v;
    err_t err;

    (void) state;
    assert_true(synth_profile_load(SMALL, &profile, &err));
    synth_house_init(&h, profile, people, serials);
    synth_house_begin(&h, 0);
    (void) synth_house_add(&h, SYNTH_HEAD, true, 40, 50);
    (void) synth_house_add(&h, SYNTH_SPOUSE, false, 62, 63);
    (void) synth_house_register(&h, 3, SYNTH_INITIAL);
    /* 600.05 a month for a year: 7200.60, cost 720.06; pension 138.00 a month, its basic part not counted. */
    synth_house_wage(&h, 0, 1, synth_house_history(&h), profile->month0 + 1, 60005);
    synth_house_pension(&h, 1, synth_house_history(&h), DATE_OPEN, 18800, 13800);
    synth_judge_view(&h, profile->start, &v);
    assert_true(v.known && v.property_ok);
    assert_int_equal(v.income, 720060 - 72006 + 12 * 13800);
    assert_int_equal(v.line, 12 * 79000 * 2);
    /* (1896000 - 813654) / 12 = 90195.5 fen: 902 yuan. */
    assert_int_equal(synth_judge_amount(&h, profile->start), 90200);
    /* The wage ended with January: on 1 March eleven months of it are left in the window. */
    synth_judge_view(&h, synth_profile_first(profile, 2), &v);
    assert_int_equal(v.income, 11 * 60005 - 66006 + 12 * 13800);
    synth_house_done(&h);
    synth_people_destroy(&people);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_seed_same_bytes, setup_dir, teardown_dir),
        cmocka_unit_test(test_refuses_wrong_use),
        cmocka_unit_test(test_refuses_impossible_profiles),
        cmocka_unit_test(test_numbers_are_valid_and_nobodys),
        cmocka_unit_test(test_random_numbers_stay),
        cmocka_unit_test(test_amount_by_the_formula),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
