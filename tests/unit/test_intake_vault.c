/* SPDX-License-Identifier: Apache-2.0 */
#include "vault.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static char path[96];

static int
setup(void **state)
{
    (void) state;
    (void) str_copy(dir, sizeof(dir), "/tmp/plimsoll-vault-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void) snprintf(path, sizeof(path), "%s/secrets/vault.key", dir);
    return 0;
}

static int
teardown(void **state)
{
    char sub[96];

    (void) state;
    (void) unlink(path);
    (void) snprintf(sub, sizeof(sub), "%s/secrets", dir);
    (void) rmdir(sub);
    return rmdir(dir);
}

static vault_t *
fresh(void)
{
    vault_t *v = NULL;
    err_t err = { 0 };

    assert_true(vault_create(path, &err));
    assert_true(vault_load(path, &v, &err));
    return v;
}

static void
write_key_file(const char *text)
{
    err_t err = { 0 };

    (void) mkdir(dir, 0700);
    assert_true(str_write_file(path, text, strlen(text), 0600, &err));
}

static void
test_create_makes_a_private_file_once(void **state)
{
    AUTO(vault) v = fresh();
    struct stat st;
    err_t err = { 0 };

    (void) state;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(vault_version(v), 1);
    assert_false(vault_create(path, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
}

static void
test_missing_loose_and_broken_files_are_told_apart(void **state)
{
    static const char *const broken[] = {
        "",
        "something else\n",
        "plimsoll-vault 1\n",
        "plimsoll-vault 1\nrecord 00\n",
        "plimsoll-vault 1\nkey 1 0101010101010101010101010101010101010101010101010101010101010101\n",
        ("plimsoll-vault 1\nrecord 0101010101010101010101010101010101010101010101010101010101010101\nkey 0 "
         "0101010101010101010101010101010101010101010101010101010101010101\n"),
    };
    vault_t *v = NULL;
    err_t err = { 0 };

    (void) state;
    assert_false(vault_load(path, &v, &err));
    assert_string_equal(err.code, "vault.missing");
    v = fresh();
    vault_destroy(&v);
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        write_key_file(broken[i]);
        assert_false(vault_load(path, &v, &err));
        assert_string_equal(err.code, "vault.bad");
        assert_null(strstr(err.text, "0101")); /* no secret in an error */
    }
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(vault_load(path, &v, &err));
    assert_non_null(strstr(err.text, "chmod 600"));
}

static void
test_hashes_depend_on_key_and_content(void **state)
{
    AUTO(vault) v = fresh();
    AUTO(vault) again = NULL;
    uuid_t a, b, c, d;
    slice_t ab_c[] = { SLICE_LIT("ab"), SLICE_LIT("c") }, a_bc[] = { SLICE_LIT("a"), SLICE_LIT("bc") };
    err_t err = { 0 };

    (void) state;
    assert_true(vault_load(path, &again, &err));
    vault_person_hash(v, "11010519491231002X", &a);
    vault_person_hash(again, "11010519491231002X", &b);
    assert_true(uuid_eq(&a, &b));
    vault_person_hash(v, "340524198001010011", &b);
    assert_false(uuid_eq(&a, &b));
    vault_record_key(v, "hrss.wages", ab_c, 2, SIZE_MAX, &a);
    vault_record_key(v, "hrss.wages", a_bc, 2, SIZE_MAX, &b);
    vault_record_key(v, "hrss.pensions", ab_c, 2, SIZE_MAX, &c);
    vault_record_key(v, "hrss.wages", ab_c, 2, SIZE_MAX, &d);
    assert_false(uuid_eq(&a, &b));
    assert_false(uuid_eq(&a, &c));
    assert_true(uuid_eq(&a, &d));
}

static void
test_record_keys_survive_rotation(void **state)
{
    static const char record[] =
        "plimsoll-vault 1\nrecord 0101010101010101010101010101010101010101010101010101010101010101\nkey 1 "
        "0202020202020202020202020202020202020202020202020202020202020202\n";
    AUTO(vault) before = NULL;
    AUTO(vault) after = NULL;
    AUTO_STR two = STR_INIT, sealed = STR_INIT, plain = STR_INIT;
    slice_t value[] = { SLICE_LIT("x") };
    uuid_t a, b;
    err_t err = { 0 };

    (void) state;
    before = fresh();
    vault_destroy(&before);
    write_key_file(record);
    assert_true(vault_load(path, &before, &err));
    str_printf(&two, "%skey 2 0303030303030303030303030303030303030303030303030303030303030303\n", record);
    write_key_file(str_c(&two));
    assert_true(vault_load(path, &after, &err));
    assert_int_equal(vault_version(after), 2);
    vault_record_key(before, "d", value, 1, SIZE_MAX, &a);
    vault_record_key(after, "d", value, 1, SIZE_MAX, &b);
    assert_true(uuid_eq(&a, &b));
    vault_person_hash(before, "x", &a);
    vault_person_hash(after, "x", &b);
    assert_false(uuid_eq(&a, &b));
    vault_seal(before, SLICE_LIT("id"), SLICE_LIT("secret"), &sealed);
    assert_true(vault_unseal(after, 1, SLICE_LIT("id"), str_slice(&sealed), &plain, &err));
    assert_string_equal(str_c(&plain), "secret");
    assert_false(vault_unseal(before, 2, SLICE_LIT("id"), str_slice(&sealed), &plain, &err));
    assert_string_equal(err.code, "vault.version");
}

/* The keys of one record under two identities differ by one number, whatever else names it; an old key file has none. */
static void
test_keys_shift_with_the_person(void **state)
{
    static const char *const months[] = { "2024-01", "2024-02" }, id[] = "11010519491231002X", other[] = "own:civil/station:7";
    AUTO(vault) v = fresh();
    AUTO(vault) old = NULL;
    uuid_t shift, back, none, a, b;
    err_t err = { 0 };

    (void) state;
    vault_key_part(v, other, &shift);
    vault_key_part(v, id, &back);
    assert_false(uuid_eq(&shift, &back));
    for (size_t i = 0; i < sizeof(shift.b); i++)
        shift.b[i] ^= back.b[i];
    for (size_t m = 0; m < COUNT_OF(months); m++) {
        slice_t of_id[] = { slice_of(id), slice_of(months[m]) }, of_other[] = { slice_of(other), slice_of(months[m]) };

        vault_record_key(v, "hrss.wages", of_id, 2, 0, &a);
        vault_record_key(v, "hrss.wages", of_other, 2, 0, &b);
        assert_false(uuid_eq(&a, &b));
        for (size_t i = 0; i < sizeof(a.b); i++)
            assert_int_equal(a.b[i] ^ shift.b[i], b.b[i]);
        vault_record_key(v, "hrss.wages", of_id, 2, SIZE_MAX, &b); /* a number that names nobody is only a number */
        assert_false(uuid_eq(&a, &b));
    }
    vault_destroy(&v);
    write_key_file("plimsoll-vault 1\nrecord 0101010101010101010101010101010101010101010101010101010101010101\nkey 1 "
                   "0202020202020202020202020202020202020202020202020202020202020202\n");
    assert_true(vault_load(path, &old, &err));
    vault_key_part(old, id, &none);
    assert_true(uuid_is_nil(&none));
    slice_t of_id[] = { slice_of(id), slice_of(months[0]) };
    vault_record_key(old, "hrss.wages", of_id, 2, 0, &a);
    vault_record_key(old, "hrss.wages", of_id, 2, SIZE_MAX, &b);
    assert_true(uuid_eq(&a, &b)); /* as it was when its first keys went downstream */
}

/* No two kinds of documents are ever the same person. */
static void
test_kinds_do_not_collide(void **state)
{
    static const char *const identities[] = { "11010519491231002X", "passport:KOR:11010519491231002X", "passport:USA:11010519491231002X",
                                              "military::11010519491231002X", "own:civil/a:11010519491231002X" };
    AUTO(vault) v = fresh();

    (void) state;
    for (size_t i = 0; i < COUNT_OF(identities); i++)
        for (size_t k = 0; k < i; k++) {
            uuid_t a, b;

            vault_person_hash(v, identities[i], &a);
            vault_person_hash(v, identities[k], &b);
            assert_false(uuid_eq(&a, &b));
        }
}

static void
test_sealed_values_open_only_where_they_belong(void **state)
{
    AUTO(vault) v = fresh();
    AUTO_STR sealed = STR_INIT, again = STR_INIT, plain = STR_INIT;
    err_t err = { 0 };

    (void) state;
    vault_seal(v, SLICE_LIT("person-a"), SLICE_LIT("张三"), &sealed);
    vault_seal(v, SLICE_LIT("person-a"), SLICE_LIT("张三"), &again);
    assert_false(slice_eq(str_slice(&sealed), str_slice(&again))); /* a fresh nonce each time */
    assert_null(memmem(sealed.ptr, sealed.len, "张三", strlen("张三")));
    assert_true(vault_unseal(v, 1, SLICE_LIT("person-a"), str_slice(&sealed), &plain, &err));
    assert_string_equal(str_c(&plain), "张三");
    assert_false(vault_unseal(v, 1, SLICE_LIT("person-b"), str_slice(&sealed), &plain, &err));
    assert_string_equal(err.code, "vault.tampered");
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.ptr[i] = (char) (sealed.ptr[i] ^ 1);
        assert_false(vault_unseal(v, 1, SLICE_LIT("person-a"), str_slice(&sealed), &plain, &err));
        sealed.ptr[i] = (char) (sealed.ptr[i] ^ 1);
    }
    for (size_t n = 0; n < sealed.len; n++)
        assert_false(vault_unseal(v, 1, SLICE_LIT("person-a"), (slice_t){ sealed.ptr, n }, &plain, &err));
}

/* What was made under the first key is found and opens beside a second one; the first goes only by its own call. */
static void
test_a_second_key(void **state)
{
    AUTO(vault) first = fresh();
    AUTO(vault) both = NULL;
    AUTO(vault) last = NULL;
    AUTO_STR sealed = STR_INIT, plain = STR_INIT;
    err_t err = { 0 };
    uuid_t a, b, c;
    size_t dropped = 9;
    int version = 0;
    struct stat st;

    (void) state;
    vault_person_hash(first, "11010519491231002X", &a);
    vault_seal(first, SLICE_LIT("here"), SLICE_LIT("secret"), &sealed);
    assert_int_equal(chmod(path, 0400), 0);
    assert_true(vault_add_key(path, &version, &err));
    assert_int_equal(version, 2);
    assert_true(stat(path, &st) == 0 && (st.st_mode & 0777) == 0400);
    assert_true(vault_load(path, &both, &err));
    assert_int_equal(vault_key_count(both), 2);
    assert_true(vault_continues(first, both, false, path, &err));
    assert_false(vault_continues(both, first, true, path, &err)); /* the current key is gone */
    err_clear(&err);
    vault_person_hash(both, "11010519491231002X", &b);
    vault_person_hash_at(both, 0, "11010519491231002X", &c);
    assert_true(uuid_eq(&a, &c) && !uuid_eq(&a, &b));
    assert_true(vault_unseal(both, 1, SLICE_LIT("here"), str_slice(&sealed), &plain, &err));
    assert_string_equal(str_c(&plain), "secret");
    vault_mark(first, 0, &a);
    vault_mark(both, 0, &b);
    vault_mark(both, 1, &c);
    assert_true(uuid_eq(&a, &b) && !uuid_eq(&b, &c));

    assert_false(vault_drop_old_keys(path, 1, &dropped, &err)); /* whoever asks knows of key 1 only */
    assert_string_equal(err.code, "conflict");
    err_clear(&err);
    assert_true(vault_drop_old_keys(path, 2, &dropped, &err));
    assert_int_equal(dropped, 1);
    assert_true(vault_load(path, &last, &err));
    assert_int_equal(vault_key_count(last), 1);
    assert_int_equal(vault_version(last), 2);
    assert_false(vault_continues(both, last, false, path, &err));
    err_clear(&err);
    assert_true(vault_continues(both, last, true, path, &err));
    assert_false(vault_unseal(last, 1, SLICE_LIT("here"), str_slice(&sealed), &plain, &err));
    assert_string_equal(err.code, "vault.version");
    assert_true(vault_drop_old_keys(path, 2, &dropped, &err));
    assert_int_equal(dropped, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_create_makes_a_private_file_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_loose_and_broken_files_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hashes_depend_on_key_and_content, setup, teardown),
        cmocka_unit_test_setup_teardown(test_record_keys_survive_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_second_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_shift_with_the_person, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kinds_do_not_collide, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sealed_values_open_only_where_they_belong, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
