/* SPDX-License-Identifier: Apache-2.0 */
#include "random_policy.h"

#include <string.h>

#define DEPTH_MAX 3

const char random_policy_base[] =
    "title: { zh: 试, en: Random }\n"
    "windows:\n"
    "  income_year: { months: 12, ends: before the month, basis: x, label: { zh: 年, en: year } }\n"
    "  quarter: { months: 3, ends: before the month, basis: x, label: { zh: 季, en: quarter } }\n"
    "heads:\n"
    "  wages: { label: { zh: 工资, en: wages } }\n"
    "facts:\n"
    "  income.wage: { accumulates: monthly, window: income_year, unit: money/month, head: wages, codes: [ steady, odd ] }\n"
    "  wage.steady: { of: income.wage, accumulates: monthly, window: income_year, unit: money/month, only: [ steady ] }\n"
    "  wage.odd: { of: income.wage, accumulates: monthly, window: income_year, unit: money/month, except: [ steady ] }\n"
    "  wage.quarter: { of: income.wage, accumulates: monthly, window: quarter, unit: money/month }\n"
    "  asset.vehicle: { accumulates: latest, unit: count, codes: [ car, scooter ] }\n"
    "  asset.deposit: { accumulates: latest, unit: money, holder: household }\n"
    "  certificate: { accumulates: latest, value: grade, code: type, codes: [ mental, physical ] }\n"
    "  event.death: { accumulates: event }\n"
    "members:\n"
    "  counted_members: not has event.death\n"
    "  elders: not has event.death and age ≥ 60 years\n"
    "derived:\n"
    "  income: sum of wages over counted_members\n"
    "  line: 12 months × standard × count of counted_members\n"
    "  cars: sum of asset.vehicle over counted_members\n"
    "  poor: income < line\n"
    "  severe: grade ≤ 2\n"
    "  share_of_line: line × rate rounded half up to 100 yuan\n"
    "  mean: income / count of counted_members\n";

/* ---- random formulas --------------------------------------------------------------------------------------------- */

static const char *
pick(random_t *random, const char *const *list, size_t n)
{
    return list[random_in(random, 0, (int64_t) n - 1)];
}

#define PICK(random, ...) pick(random, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))


void
random_policy_money(random_t *random, str_t *out, bool person, int depth)
{
    switch (random_in(random, 0, depth < DEPTH_MAX ? 8 : 4)) {
    case 0:
        str_printf(out, "%lld yuan", (long long) random_in(random, 0, 3) * 5000);
        return;
    case 1:
        str_add(out, person ? PICK(random, "wages", "wage.steady", "wage.odd", "wage.quarter", "income", "line") : PICK(random, "income", "line", "mean"));
        return;
    case 2:
        str_add(out, PICK(random, "line × rate", "line × more", "share_of_line", "income × rate", "income / 2", "asset.deposit", "rent", "line + rent"));
        return;
    case 3:
    case 4:
        str_add(out, PICK(random, "income", "line"));
        return;
    case 5:
        str_printf(out, "%s(", PICK(random, "max", "min"));
        random_policy_money(random, out, person, depth + 1);
        str_add(out, ", ");
        random_policy_money(random, out, person, depth + 1);
        str_add(out, ")");
        return;
    case 6:
        str_add(out, "(if ");
        random_policy_flag(random, out, person, depth + 1);
        str_add(out, " then ");
        random_policy_money(random, out, person, depth + 1);
        str_add(out, " else ");
        random_policy_money(random, out, person, depth + 1);
        str_add(out, ")");
        return;
    default:
        str_add(out, "(");
        random_policy_money(random, out, person, depth + 1);
        str_add(out, PICK(random, " + ", " − "));
        random_policy_money(random, out, person, depth + 1);
        str_add(out, ")");
        return;
    }
}

static void
put_number(random_t *random, str_t *out, bool person)
{
    int64_t n = random_in(random, 0, 4);

    if (person && random_chance(random, 50))
        str_printf(out, "%s %s %s", PICK(random, "age", "age", "grade"), PICK(random, "<", "≤", "=", "≠", "≥", ">"), "");
    else
        str_printf(out, "%s %s %lld", PICK(random, "cars", "count of counted_members", "count of elders"),
                   PICK(random, "<", "≤", "=", "≠", "≥", ">"), (long long) n);
    if (out->ptr[out->len - 1] != ' ')
        return;
    if (strstr(out->ptr + (out->len > 12 ? out->len - 12 : 0), "age") != NULL)
        str_add(out, PICK(random, "16 years", "60 years", "limit", "0 years"));
    else
        str_printf(out, "%lld", (long long) n);
}

void
random_policy_flag(random_t *random, str_t *out, bool person, int depth)
{
    switch (random_in(random, 0, depth < DEPTH_MAX ? 9 : 5)) {
    case 0:
    case 1:
        str_add(out, "(");
        random_policy_money(random, out, person, depth + 1);
        str_printf(out, " %s ", PICK(random, "<", "≤", "=", "≠", "≥", ">"));
        random_policy_money(random, out, person, depth + 1);
        str_add(out, ")");
        return;
    case 2:
    case 3:
        str_add(out, "(");
        put_number(random, out, person);
        str_add(out, ")");
        return;
    case 4:
        str_add(out, PICK(random, "poor", "on", "urban", "method is plain", "method is not plain", "any of counted_members where has certificate"));
        return;
    case 5:
        if (person)
            str_add(out, PICK(random, "severe", "type is mental", "type is not mental", "type is one of (mental, physical)",
                              "has certificate", "relation is head", "relation is one of (child, spouse)", "elders"));
        else
            str_add(out, PICK(random, "poor", "on", "urban"));
        return;
    case 6:
        str_add(out, "not (");
        random_policy_flag(random, out, person, depth + 1);
        str_add(out, ")");
        return;
    default:
        str_add(out, "(");
        random_policy_flag(random, out, person, depth + 1);
        str_add(out, PICK(random, " and ", " and ", " or "));
        random_policy_flag(random, out, person, depth + 1);
        str_add(out, ")");
        return;
    }
}

/* ---- random policies --------------------------------------------------------------------------------------------- */

void
random_policy_parameters(random_t *random, str_t *out)
{
    static const char form[] = "{ basis: x, confidence: low,";
    long long a = random_in(random, 0, 3) * 400, b = random_in(random, 0, 3) * 400;

    str_printf(out, "parameters:\n  standard: %s unit: money/month, by: area, values: [ { from: 2021-07-01, urban: %lld, rural: %lld } ] }\n",
               form, a, b);
    str_printf(out, "  rate: %s unit: ratio, values: [ { from: 2021-07-01, value: 0.%lld }, { from: 2024-07-01, value: %lld } ] }\n", form,
               (long long) random_in(random, 0, 9), (long long) random_in(random, 0, 2));
    str_printf(out, "  more: %s unit: ratio, values: [ { from: 2021-07-01, value: 1.%lld } ] }\n", form,
               (long long) random_in(random, 0, 9));
    str_printf(out, "  limit: %s unit: age, values: [ { from: 2022-01-01, value: %lld } ] }\n", form,
               (long long) random_in(random, 0, 9) * 10);
    str_printf(out, "  method: %s unit: choice, choices: [ plain, other ], values: [ { from: 2021-07-01, value: %s } ] }\n", form,
               PICK(random, "plain", "other"));
    str_printf(out, "  rent: %s unit: money, by: [ region, area ], values: [ { from: 2022-07-01, 32: { urban: %lld, rural: %lld }, "
               "320681: { urban: 0, rural: %lld }, else: { urban: 5000, rural: 4000 } } ] }\n", form, a, b, a + b);
    str_printf(out, "  on: %s unit: flag, values: [ { from: 2021-07-01, value: %s } ] }\n", form, PICK(random, "true", "false"));
}
