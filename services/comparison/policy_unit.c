/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_unit.h"
#include "base/mem.h"
#include "base/str.h"
#include <string.h>

static const struct {
    const char *name;
    unit_t unit;
} names[] = {
    { "money", { UNIT_QUANTITY, 1, 0, 0 } },  { "money/month", { UNIT_QUANTITY, 1, -1, 0 } },
    { "ratio", { UNIT_QUANTITY, 0, 0, 0 } },  { "count", { UNIT_QUANTITY, 0, 0, 0 } },
    { "months", { UNIT_QUANTITY, 0, 1, 0 } }, { "years", { UNIT_QUANTITY, 0, 0, 1 } },
    { "age", { UNIT_QUANTITY, 0, 0, 1 } },    { "flag", { UNIT_FLAG, 0, 0, 0 } },
    { "date", { UNIT_DATE, 0, 0, 0 } },
};

bool
unit_parse(const char *text, unit_t *ret)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(text, names[i].name) == 0) {
            *ret = names[i].unit;
            return true;
        }
    }
    return false;
}

bool
unit_eq(unit_t a, unit_t b)
{
    return a.kind == b.kind && a.money == b.money && a.month == b.month && a.year == b.year;
}

unit_t
unit_mul(unit_t a, unit_t b)
{
    return (unit_t){ UNIT_QUANTITY, (int8_t) (a.money + b.money), (int8_t) (a.month + b.month),
                     (int8_t) (a.year + b.year) };
}

unit_t
unit_div(unit_t a, unit_t b)
{
    return (unit_t){ UNIT_QUANTITY, (int8_t) (a.money - b.money), (int8_t) (a.month - b.month),
                     (int8_t) (a.year - b.year) };
}

static void
add_factor(str_t *out, const char *name, int exponent)
{
    if (exponent == 0)
        return;
    if (out->len > 0)
        str_add(out, "·");
    str_add(out, name);
    if (exponent != 1)
        str_printf(out, "^%d", exponent);
}

void
unit_format(unit_t u, char ret[UNIT_TEXT_SIZE])
{
    static const char *const kinds[] = { "", "flag", "date", "word" };
    AUTO_STR out = STR_INIT;

    if (u.kind != UNIT_QUANTITY) {
        (void) str_copy(ret, UNIT_TEXT_SIZE, kinds[u.kind]);
        return;
    }
    if (unit_eq(u, UNIT_NUMBER_)) {
        (void) str_copy(ret, UNIT_TEXT_SIZE, "number");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (unit_eq(u, names[i].unit)) {
            (void) str_copy(ret, UNIT_TEXT_SIZE, names[i].name);
            return;
        }
    }
    add_factor(&out, "money", u.money);
    add_factor(&out, "month", u.month);
    add_factor(&out, "year", u.year);
    (void) str_copy(ret, UNIT_TEXT_SIZE, str_c(&out));
}
