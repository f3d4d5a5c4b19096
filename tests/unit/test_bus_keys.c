/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "bus/keys.h"
#include "domain/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct {
    char dir[64], registry[80], path[160];
} place_t;

static int
set_up(void **state)
{
    place_t *p = mem_new(place_t);

    (void) strcpy(p->dir, "/tmp/plimsoll-keys-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    (void) snprintf(p->registry, sizeof(p->registry), "%s/registered", p->dir);
    assert_int_equal(mkdir(p->registry, 0700), 0);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    place_t *p = *state;
    char command[128];

    (void) snprintf(command, sizeof(command), "rm -rf '%s'", p->dir);
    assert_int_equal(system(command), 0);
    mem_free(p);
    return 0;
}

static const char *
path_of(place_t *p, const char *name)
{
    (void) snprintf(p->path, sizeof(p->path), "%s/%s", p->dir, name);
    return p->path;
}

static bus_key_t
make(const char *name)
{
    bus_key_t key;
    err_t err;

    assert_true(bus_key_generate(name, &key, &err));
    return key;
}

static void
names(void **state)
{
    bus_key_t key;
    err_t err;

    (void) state;
    assert_true(bus_key_name_is_valid("civil-1.a_b"));
    assert_false(bus_key_name_is_valid(""));
    assert_false(bus_key_name_is_valid("../etc"));
    assert_false(bus_key_name_is_valid(".hidden"));
    assert_false(bus_key_name_is_valid("Große"));
    assert_false(bus_key_name_is_valid("a123456789012345678901234567890123456789012345678901234567890123"));
    assert_false(bus_key_generate("a b", &key, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
}

static void
round_trip(void **state)
{
    place_t *p = *state;
    bus_key_t key = make("civil");
    bus_key_t read = { .rate = -1 };
    struct stat st;
    err_t err;

    (void) strcpy(key.department, "civil");
    (void) strcpy(key.datasets, "civil.households,civil.payments");
    (void) strcpy(key.regions, "320681");
    (void) strcpy(key.streams, "alerts");
    (void) strcpy(key.commands, "alerting.*");
    (void) strcpy(key.organisation, "启东市民政局");
    key.rate = 500;
    key.until = date_of(2031, 12, 31);
    assert_true(bus_key_write(&key, p->dir, &err));
    assert_true(bus_key_load(path_of(p, "civil.key_secret"), &read, &err));
    assert_memory_equal(&read, &key, sizeof(key));
    assert_int_equal(stat(path_of(p, "civil.key_secret"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    assert_true(bus_key_load(path_of(p, "civil.key"), &read, &err));
    assert_string_equal(read.public_z85, key.public_z85);
    assert_string_equal(read.secret_z85, "");
    assert_string_equal(read.organisation, "启东市民政局");

    /* what is there is never overwritten */
    assert_false(bus_key_write(&key, p->dir, &err));
    assert_string_equal(err.code, "key.exists");
    bus_key_done(&key);
    assert_string_equal(key.secret_z85, "");
}

static void
write_text(place_t *p, const char *name, const char *text, unsigned mode)
{
    err_t err;
    assert_true(str_write_file(path_of(p, name), text, strlen(text), mode, &err));
}

/* As pyzmq and CZMQ write them. */
static void
foreign_files(void **state)
{
    place_t *p = *state;
    bus_key_t key;
    err_t err;

    write_text(p, "py.key_secret",
               "#   ****  Generated on 2024-01-01 by pyzmq  ****\n"
               "#   ZeroMQ CURVE **Secret** Certificate\n\n"
               "metadata\n"
               "    email = \"a@b\"\n"
               "curve\n"
               "    public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n"
               "    secret-key = \"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs\"\n",
               0600);
    assert_true(bus_key_load(path_of(p, "py.key_secret"), &key, &err));
    assert_string_equal(key.name, "py");
    assert_string_equal(key.public_z85, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
    assert_string_equal(key.secret_z85, "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs");
    assert_int_equal(key.until, DATE_OPEN);
}

static void
bad_files(void **state)
{
    place_t *p = *state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "", "no public-key" },
        { "curve\n    public-key = \"short\"\n", ":2:" },
        { "curve\n    public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI\"\n", "40 characters" },
        { "curve\n    public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI'\"\n", "is not Z85" },
        { "metadata\n    rate = \"-1\"\ncurve\n", ":2: rate" },
        { "metadata\n    until = \"2024-02-30\"\n", ":2: until" },
    };
    bus_key_t key;
    err_t err;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        write_text(p, "bad.key", rows[i].text, 0600);
        assert_false(bus_key_load(path_of(p, "bad.key"), &key, &err));
        assert_int_equal(err.cls, ERR_CONFIG);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("row %zu: %s", i, err.text);
    }
    write_text(p, "loose.key_secret", "curve\n", 0644);
    assert_false(bus_key_load(path_of(p, "loose.key_secret"), &key, &err));
    assert_string_equal(err.code, "key.mode");
    write_text(p, "half.key_secret", "curve\n    public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n", 0600);
    assert_false(bus_key_load(path_of(p, "half.key_secret"), &key, &err));
    assert_false(bus_key_load(path_of(p, "missing.key"), &key, &err));

    key = make("quoted");
    (void) strcpy(key.organisation, "a\"b");
    assert_false(bus_key_write(&key, p->dir, &err));
}

static void
registry(void **state)
{
    place_t *p = *state;
    bus_keys_t *keys = NULL;
    bus_key_t a = make("a");
    bus_key_t b = make("b");
    bus_key_t found;
    uint64_t g1;
    uint64_t g2;
    err_t err;

    assert_true(bus_keys_register(p->registry, &a, &err));
    assert_true(bus_keys_open(p->registry, &keys, &err));
    assert_true(bus_keys_find(keys, "a", &found));
    assert_string_equal(found.public_z85, a.public_z85);
    assert_string_equal(found.secret_z85, "");
    assert_false(bus_keys_find(keys, "b", &found));
    assert_true(bus_keys_refresh(keys, &g1, &err));

    /* a new key narrows nobody */
    uint64_t narrowed = bus_keys_narrowed(keys);
    assert_true(bus_keys_register(p->registry, &b, &err));
    assert_true(bus_keys_find_public(keys, b.public_z85, &found));
    assert_string_equal(found.name, "b");
    assert_true(bus_keys_refresh(keys, &g2, &err));
    assert_true(g2 > g1);
    assert_int_equal(bus_keys_narrowed(keys), narrowed);
    assert_false(bus_keys_register(p->registry, &b, &err));

    assert_true(bus_keys_revoke(p->registry, "a", &err));
    assert_false(bus_keys_find(keys, "a", &found));
    assert_false(bus_keys_find_public(keys, a.public_z85, &found));
    assert_true(bus_keys_narrowed(keys) > narrowed);
    assert_int_equal(access(path_of(p, "revoked/a.key"), F_OK), 0);
    assert_false(bus_keys_revoke(p->registry, "a", &err));
    assert_string_equal(err.code, "not_found");
    assert_false(bus_keys_revoke(p->registry, "../a", &err));
    bus_keys_destroy(&keys);
    assert_null(keys);
    bus_keys_destroy(&keys);
}

/* Many changes, each looked at right away: none is missed although the directory's time may stand still. */
static void
changes_within_one_tick(void **state)
{
    place_t *p = *state;
    bus_keys_t *keys = NULL;
    bus_key_t key = make("quick");
    bus_key_t found;
    err_t err;

    assert_true(bus_keys_open(p->registry, &keys, &err));
    for (int i = 0; i < 200; i++) {
        assert_true(bus_keys_register(p->registry, &key, &err));
        if (!bus_keys_find(keys, "quick", &found))
            fail_msg("round %d: registered and not seen", i);
        assert_true(bus_keys_revoke(p->registry, "quick", &err));
        if (bus_keys_find(keys, "quick", &found))
            fail_msg("round %d: revoked and still there", i);
    }
    bus_keys_destroy(&keys);
}

static void
other_rights_narrow(void **state)
{
    place_t *p = *state;
    bus_keys_t *keys = NULL;
    bus_key_t key = make("n");
    bus_key_t found;
    uint64_t g;
    err_t err;

    (void) strcpy(key.regions, "3206");
    assert_true(bus_keys_register(p->registry, &key, &err));
    assert_true(bus_keys_open(p->registry, &keys, &err));
    uint64_t before = bus_keys_narrowed(keys);
    assert_true(bus_keys_revoke(p->registry, "n", &err));
    (void) strcpy(key.regions, "320681");
    assert_true(bus_keys_register(p->registry, &key, &err));
    assert_true(bus_keys_refresh(keys, &g, &err));
    assert_true(bus_keys_narrowed(keys) > before);
    assert_true(bus_keys_find(keys, "n", &found));
    assert_string_equal(found.regions, "320681");
    bus_keys_destroy(&keys);
}

static void
expired_and_broken(void **state)
{
    place_t *p = *state;
    bus_keys_t *keys = NULL;
    bus_key_t old = make("old");
    bus_key_t good = make("good");
    bus_key_t found;
    err_t err;

    old.until = date_of(2020, 1, 1);
    good.until = date_of(2199, 1, 1);
    assert_true(bus_keys_register(p->registry, &old, &err));
    assert_true(bus_keys_register(p->registry, &good, &err));
    write_text(p, "registered/broken.key", "nonsense", 0600);
    write_text(p, "registered/README", "not a key", 0600);
    assert_true(bus_keys_open(p->registry, &keys, &err));
    assert_false(bus_keys_find(keys, "old", &found));
    assert_false(bus_keys_find_public(keys, old.public_z85, &found));
    assert_true(bus_keys_find(keys, "good", &found));
    assert_false(bus_keys_find(keys, "broken", &found));
    bus_keys_destroy(&keys);
    assert_false(bus_keys_open(path_of(p, "nowhere"), &keys, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
}

static void
count(void *ctx, const bus_key_t *key)
{
    str_t *text = ctx;
    str_printf(text, "%s ", key->name);
}

static void
each(void **state)
{
    place_t *p = *state;
    AUTO_STR seen = STR_INIT;
    err_t err;
    bus_key_t b = make("b");
    bus_key_t a = make("a");

    assert_true(bus_keys_register(p->registry, &b, &err));
    assert_true(bus_keys_register(p->registry, &a, &err));
    assert_true(bus_keys_each(p->registry, count, &seen, &err));
    assert_string_equal(seen.ptr, "a b ");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(names),    TEST(round_trip), TEST(foreign_files),       TEST(bad_files),
        TEST(registry), TEST(each),       TEST(changes_within_one_tick), TEST(other_rights_narrow),
        TEST(expired_and_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
