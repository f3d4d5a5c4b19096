/* SPDX-License-Identifier: Apache-2.0 */
#include "grant.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "domain/date.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint8_t secret[GRANT_SECRET_SIZE], public_key[GRANT_PUBLIC_SIZE];

static int32_t
day(const char *text)
{
    int32_t ret;

    assert_true(date_parse(text, strlen(text), &ret));
    return ret;
}

static grant_t
signed_grant(void)
{
    grant_t g = { .person_count = 1, .reason = "a visit is due", .key = "visitor", .fields = { true, false, true, false } };

    crypto_ready();
    assert_int_equal(crypto_sign_keypair(public_key, secret), 0);
    uuid_random(&g.id);
    uuid_random(&g.persons[0]);
    g.until = day("2024-06-30");
    grant_sign(&g, secret);
    return g;
}

static void
refuses(const grant_t *g, const char *key, const uuid_t *person, const bool fields[GRANT_FIELDS], const char *today)
{
    err_t err = { 0 };

    assert_false(grant_check(g, public_key, key, person, fields, day(today), &err));
    assert_int_equal(err.cls, ERR_REJECT);
    assert_string_equal(err.code, "forbidden");
}

static void
test_a_grant_holds_through_its_last_day(void **state)
{
    grant_t g = signed_grant();
    const bool name[GRANT_FIELDS] = { true }, document[GRANT_FIELDS] = { false, true };
    uuid_t other;
    err_t err = { 0 };

    (void) state;
    uuid_random(&other);
    assert_true(grant_check(&g, public_key, "visitor", &g.persons[0], name, day("2024-01-01"), &err));
    assert_true(grant_check(&g, public_key, "visitor", &g.persons[0], g.fields, day("2024-06-30"), &err));
    refuses(&g, "visitor", &g.persons[0], name, "2024-07-01");
    refuses(&g, "visitors", &g.persons[0], name, "2024-06-30");
    refuses(&g, "visitor", &other, name, "2024-06-30");
    refuses(&g, "visitor", &g.persons[0], document, "2024-06-30");
}

/* Written and read again it is the same; one changed bit of anything is not. */
static void
test_every_member_is_signed(void **state)
{
    grant_t g = signed_grant(), back;
    AUTO_STR text = STR_INIT;
    AUTO(json) tree = NULL;
    const bool name[GRANT_FIELDS] = { true };
    json_out_t out;
    err_t err = { 0 };

    (void) state;
    json_out_init(&out, &text);
    grant_write(&g, &out);
    assert_true(json_parse(text.ptr, text.len, &tree, &err));
    assert_true(grant_read(json_root(tree), "/grant", &back, &err));
    assert_true(grant_check(&back, public_key, "visitor", &g.persons[0], name, g.until, &err));
    back = g;
    back.until++;
    refuses(&back, "visitor", &g.persons[0], name, "2024-06-30");
    back = g;
    back.fields[1] = true;
    refuses(&back, "visitor", &g.persons[0], name, "2024-06-30");
    back = g;
    back.persons[back.person_count++] = g.id;
    refuses(&back, "visitor", &g.persons[0], name, "2024-06-30");
    back = g;
    back.reason[0] = 'A';
    refuses(&back, "visitor", &g.persons[0], name, "2024-06-30");
    back = g;
    back.id.b[0] ^= 1;
    refuses(&back, "visitor", &g.persons[0], name, "2024-06-30");
    back = g;
    back.key[0] = 'V';
    refuses(&back, "Visitor", &g.persons[0], name, "2024-06-30");
    back = g;
    back.signature[63] ^= 1;
    refuses(&back, "visitor", &g.persons[0], name, "2024-06-30");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_grant_holds_through_its_last_day),
        cmocka_unit_test(test_every_member_is_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
