/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
hash_is(const hash_t *hash, const char *want)
{
    char hex[2 * HASH_SIZE + 1];

    str_hex(hash->b, HASH_SIZE, hex);
    assert_string_equal(hex, want);
}

/* Computed by another program (Python's hashlib) from the formula in stream.h: readers in other languages rely on it. */
static void
the_chain_is_what_the_contract_says(void **state)
{
    hash_t hash = { { 0 } }, payload;

    (void) state;
    hash_of("{\"n\":1}", 7, &payload);
    stream_chain_hash(&hash, 1, "plimsoll.facts.v1", "fact/hrss.wages", 1718676000123456, &payload, &hash);
    hash_is(&hash, "360be8aea569a485bbd398ece292f13ca7b12c82228f1dcb06ce047372e64239");
    hash_of("", 0, &payload);
    stream_chain_hash(&hash, 2, "plimsoll.day.v1", "day", -1, &payload, &hash);
    hash_is(&hash, "ec76887ed8dc8060d66423aacecaf1edeab2710aa742d02171d6e9ac0cdc0eb1");
}

/* Where type ends and topic begins is part of what is hashed. */
static void
type_and_topic_cannot_trade_letters(void **state)
{
    const hash_t zero = { { 0 } };
    hash_t one, two;

    (void) state;
    stream_chain_hash(&zero, 1, "ab", "c", 0, &zero, &one);
    stream_chain_hash(&zero, 1, "a", "bc", 0, &zero, &two);
    assert_memory_not_equal(one.b, two.b, HASH_SIZE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_is_what_the_contract_says),
        cmocka_unit_test(type_and_topic_cannot_trade_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
