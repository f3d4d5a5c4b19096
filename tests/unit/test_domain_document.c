/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
check(document_kind_t kind, const char *issuer, const char *number, const char *want)
{
    char got[DOCUMENT_IDENTITY_SIZE];
    err_t err = { 0 };

    if (!document_identity(kind, issuer, number, strlen(number), got, &err))
        fail_msg("%s: %s", number, err.text);
    assert_string_equal(got, want);
    assert_int_equal(document_is_provisional(got), strchr(want, ':') != NULL);
}

static void
check_refused(document_kind_t kind, const char *issuer, const char *number, const char *code)
{
    char got[DOCUMENT_IDENTITY_SIZE] = "";
    err_t err = { 0 };

    if (document_identity(kind, issuer, number, strlen(number), got, &err))
        fail_msg("%s was taken as %s", number, got);
    assert_int_equal(err.cls, ERR_REJECT);
    assert_string_equal(err.code, code);
    assert_null(strlen(number) > 4 ? strstr(err.text, number) : NULL);
}

static void
test_one_number_in_one_form(void **state)
{
    (void) state;
    check(DOCUMENT_RESIDENT_ID, NULL, "11010519491231002x", "11010519491231002X");
    check(DOCUMENT_RESIDENT_ID, NULL, "110105491231002", "11010519491231002X"); /* 15 digits are the same ID */
    check(DOCUMENT_RESIDENT_ID, NULL, " 110105 19491231 002X", "11010519491231002X");
    check(DOCUMENT_HMT_RESIDENCE, NULL, "810000198001010014", "810000198001010014");
    check(DOCUMENT_FOREIGN_RESIDENCE, NULL, "911124198108030024", "911124198108030024");
    check(DOCUMENT_FOREIGN_RESIDENCE, NULL, "kor310000000001", "foreign_residence::KOR310000000001");
    check(DOCUMENT_BIRTH_CERTIFICATE, NULL, "q320 123 456", "birth_certificate::Q320123456");
    check(DOCUMENT_BIRTH_CERTIFICATE, NULL, "\xef\xbc\xb1\xef\xbc\x93" "20123456", "birth_certificate::Q320123456"); /* full width */
    check(DOCUMENT_BIRTH_CERTIFICATE, NULL, "'Q320123456", "birth_certificate::Q320123456");
    check(DOCUMENT_PASSPORT, "kor", "m1234-5678", "passport:KOR:M12345678");
    check(DOCUMENT_PASSPORT, "USA", "M12345678", "passport:USA:M12345678");
    check(DOCUMENT_HKM_PERMIT, NULL, "H12345678", "hkm_permit::H12345678");
    check(DOCUMENT_HKM_PERMIT, NULL, "H1234567802", "hkm_permit::H12345678"); /* the second card of the same person */
    check(DOCUMENT_TAIWAN_PERMIT, NULL, "01234567", "taiwan_permit::01234567");
    check(DOCUMENT_MILITARY, NULL, "\xe5\x86\x9b\xe5\xad\x97\xe7\xac\xac" "1234567\xe5\x8f\xb7", "military::\xe5\x86\x9b\xe5\xad\x97\xe7\xac\xac" "1234567\xe5\x8f\xb7");
}

static void
test_what_is_none(void **state)
{
    (void) state;
    check_refused(DOCUMENT_RESIDENT_ID, NULL, "110105194912310021", "resident_id.check");
    check_refused(DOCUMENT_BIRTH_CERTIFICATE, NULL, "320123456", "document.form");
    check_refused(DOCUMENT_BIRTH_CERTIFICATE, NULL, "", "document.form");
    check_refused(DOCUMENT_PASSPORT, NULL, "M12345678", "document.issuer");
    check_refused(DOCUMENT_PASSPORT, "Korea", "M12345678", "document.issuer");
    check_refused(DOCUMENT_PASSPORT, "KOR", "M1:2345678", "document.form");
    check_refused(DOCUMENT_PASSPORT, "KOR", "M1\x01" "2345678", "document.form");
    check_refused(DOCUMENT_HKM_PERMIT, NULL, "X12345678", "document.form");
    check_refused(DOCUMENT_HKM_PERMIT, NULL, "H123456780", "document.form");
    check_refused(DOCUMENT_MILITARY, NULL, "\xff\xfe\xfd", "document.form");
    check_refused(DOCUMENT_MILITARY, NULL, "0123456789012345678901234567890123456789012345678901234567890123456789", "document.form");
}

static void
test_own_numbers(void **state)
{
    char a[DOCUMENT_IDENTITY_SIZE], b[DOCUMENT_IDENTITY_SIZE], kind[32];
    document_kind_t k;

    (void) state;
    assert_true(document_own("civil", "rescue_station", " 7-11", 5, a, NULL));
    assert_string_equal(a, "own:civil/rescue_station:7-11");
    assert_string_equal(document_number(a), "7-11");
    assert_true(document_own("civil", "foundling", "7-11", 4, b, NULL));
    assert_string_not_equal(a, b);
    assert_false(document_own("civil", "foundling", "7:11", 4, b, NULL));
    document_kind_text(a, kind);
    assert_string_equal(kind, "own");
    document_kind_text("11010519491231002X", kind);
    assert_string_equal(kind, "resident_id");
    assert_string_equal(document_number("11010519491231002X"), "11010519491231002X");
    for (int i = 0; i < DOCUMENT_KIND_COUNT; i++) {
        assert_true(document_kind_of(document_kind_name((document_kind_t) i), &k));
        assert_int_equal(k, i);
    }
    assert_false(document_kind_of("Passport", &k));
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_one_number_in_one_form), cmocka_unit_test(test_what_is_none),
                                        cmocka_unit_test(test_own_numbers) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
