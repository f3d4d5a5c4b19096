/* SPDX-License-Identifier: Apache-2.0 */
/* check_sound [SEED [POLICIES]]: what the check says can never be, never is.  Policies are made at random; each claim of the
 * check about one of them ("nobody can qualify …", "this can never be …") is held against households made at random. */

#include "base/num.h"
#include "domain/date.h"
#include "random_household.h"
#include <string.h>

#define HOUSEHOLDS 120
#define DEPTH_MAX 3

typedef struct {
    random_t random;
    size_t policies, claims, refuted, looks;
} run_t;

static const char base[] =
    "title: { zh: 试, en: Random }\n"
    "windows:\n"
    "  income_year: { months: 12, ends: before the month, basis: x, label: { zh: 年, en: year } }\n"
    "heads:\n"
    "  wages: { label: { zh: 工资, en: wages } }\n"
    "facts:\n"
    "  income.wage: { accumulates: monthly, window: income_year, unit: money/month, head: wages }\n"
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
pick(run_t *run, const char *const *list, size_t n)
{
    return list[random_in(&run->random, 0, (int64_t) n - 1)];
}

#define PICK(run, ...) pick(run, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

static void put_flag(run_t *run, str_t *out, bool person, int depth);

static void
put_money(run_t *run, str_t *out, bool person, int depth)
{
    switch (random_in(&run->random, 0, depth < DEPTH_MAX ? 8 : 4)) {
    case 0:
        str_printf(out, "%lld yuan", (long long) random_in(&run->random, 0, 3) * 5000);
        return;
    case 1:
        str_add(out, person ? PICK(run, "wages", "income", "line") : PICK(run, "income", "line", "mean"));
        return;
    case 2:
        str_add(out, PICK(run, "line × rate", "line × more", "share_of_line", "income × rate", "income / 2", "asset.deposit"));
        return;
    case 3:
    case 4:
        str_add(out, PICK(run, "income", "line"));
        return;
    case 5:
        str_printf(out, "%s(", PICK(run, "max", "min"));
        put_money(run, out, person, depth + 1);
        str_add(out, ", ");
        put_money(run, out, person, depth + 1);
        str_add(out, ")");
        return;
    case 6:
        str_add(out, "(if ");
        put_flag(run, out, person, depth + 1);
        str_add(out, " then ");
        put_money(run, out, person, depth + 1);
        str_add(out, " else ");
        put_money(run, out, person, depth + 1);
        str_add(out, ")");
        return;
    default:
        str_add(out, "(");
        put_money(run, out, person, depth + 1);
        str_add(out, PICK(run, " + ", " − "));
        put_money(run, out, person, depth + 1);
        str_add(out, ")");
        return;
    }
}

static void
put_number(run_t *run, str_t *out, bool person)
{
    int64_t n = random_in(&run->random, 0, 4);

    if (person && random_chance(&run->random, 50))
        str_printf(out, "%s %s %s", PICK(run, "age", "age", "grade"), PICK(run, "<", "≤", "=", "≠", "≥", ">"), "");
    else
        str_printf(out, "%s %s %lld", PICK(run, "cars", "count of counted_members", "count of elders"),
                   PICK(run, "<", "≤", "=", "≠", "≥", ">"), (long long) n);
    if (out->ptr[out->len - 1] != ' ')
        return;
    if (strstr(out->ptr + (out->len > 12 ? out->len - 12 : 0), "age") != NULL)
        str_add(out, PICK(run, "16 years", "60 years", "limit", "0 years"));
    else
        str_printf(out, "%lld", (long long) n);
}

static void
put_flag(run_t *run, str_t *out, bool person, int depth)
{
    switch (random_in(&run->random, 0, depth < DEPTH_MAX ? 9 : 5)) {
    case 0:
    case 1:
        str_add(out, "(");
        put_money(run, out, person, depth + 1);
        str_printf(out, " %s ", PICK(run, "<", "≤", "=", "≠", "≥", ">"));
        put_money(run, out, person, depth + 1);
        str_add(out, ")");
        return;
    case 2:
    case 3:
        str_add(out, "(");
        put_number(run, out, person);
        str_add(out, ")");
        return;
    case 4:
        str_add(out, PICK(run, "poor", "on", "urban", "any of counted_members where has certificate"));
        return;
    case 5:
        if (person)
            str_add(out, PICK(run, "severe", "type is mental", "type is not mental", "type is one of (mental, physical)",
                              "has certificate", "relation is head", "relation is one of (child, spouse)", "elders"));
        else
            str_add(out, PICK(run, "poor", "on", "urban"));
        return;
    case 6:
        str_add(out, "not (");
        put_flag(run, out, person, depth + 1);
        str_add(out, ")");
        return;
    default:
        str_add(out, "(");
        put_flag(run, out, person, depth + 1);
        str_add(out, PICK(run, " and ", " and ", " or "));
        put_flag(run, out, person, depth + 1);
        str_add(out, ")");
        return;
    }
}

/* ---- random policies --------------------------------------------------------------------------------------------- */

static void
put_parameters(run_t *run, str_t *out)
{
    static const char form[] = "{ basis: x, confidence: low,";
    long long a = random_in(&run->random, 0, 3) * 400, b = random_in(&run->random, 0, 3) * 400;

    str_printf(out, "parameters:\n  standard: %s unit: money/month, by: area, values: [ { from: 2021-07-01, urban: %lld, rural: %lld } ] }\n",
               form, a, b);
    str_printf(out, "  rate: %s unit: ratio, values: [ { from: 2021-07-01, value: 0.%lld }, { from: 2024-07-01, value: %lld } ] }\n", form,
               (long long) random_in(&run->random, 0, 9), (long long) random_in(&run->random, 0, 2));
    str_printf(out, "  more: %s unit: ratio, values: [ { from: 2021-07-01, value: 1.%lld } ] }\n", form,
               (long long) random_in(&run->random, 0, 9));
    str_printf(out, "  limit: %s unit: age, values: [ { from: 2022-01-01, value: %lld } ] }\n", form,
               (long long) random_in(&run->random, 0, 9) * 10);
    str_printf(out, "  on: %s unit: flag, values: [ { from: 2021-07-01, value: %s } ] }\n", form, PICK(run, "true", "false"));
}

static void
put_category(run_t *run, str_t *out, const char *name, bool person, const char *after)
{
    int64_t n = random_in(&run->random, 1, 3);

    str_printf(out, "  %s:\n    unit: %s\n    role: entitlement\n    basis: x\n    label: { zh: 类, en: category }\n%s%s%s    when:\n", name,
               person ? "person" : "household", after != NULL ? "    after: " : "", after != NULL ? after : "",
               after != NULL ? "\n" : "");
    for (int64_t i = 0; i < n; i++) {
        str_add(out, "      - \"");
        put_flag(run, out, person, 1);
        str_add(out, "\"\n");
    }
}

static void
make_policy(run_t *run, str_t *out)
{
    str_printf(out, "policy: random\n%s", base);
    put_parameters(run, out);
    str_add(out, "categories:\n");
    put_category(run, out, "first", false, NULL);
    put_category(run, out, "second", false, "first");
    put_category(run, out, "third", false, "[ first, second ]");
    put_category(run, out, "p_first", true, NULL);
    put_category(run, out, "p_second", true, "p_first");
}

/* ---- claims ------------------------------------------------------------------------------------------------------ */

/* Nobody of many households, on days from `since` on, qualifies. */
static bool
holds(run_t *run, const policy_t *policy, terms_t *terms, const char *name, int32_t since)
{
    size_t category = 0;

    while (category < policy_category_count(policy) && strcmp(policy_category_name(policy, category), name) != 0)
        category++;
    REQUIRE(category < policy_category_count(policy));
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        AUTO(arena) arena = arena_new(16384);
        int32_t day = random_day(&run->random);
        policy_world_t world = random_world(policy, terms, &run->random, day, arena);
        dossier_t dossier;
        const dossier_t *pointer = &dossier;
        policy_result_t result;
        err_t err = { 0 };

        random_household(policy, terms, &run->random, day, arena, &dossier);
        REQUIRE(policy_assess(policy, &world, &pointer, 1, day, arena, &result, &err));
        if (day < since)
            continue;
        run->looks++;
        if (policy_category_unit(policy, category) == POLICY_UNIT_HOUSEHOLD && result.household[category].qualifies == POLICY_YES)
            return false;
        for (size_t m = 0; policy_category_unit(policy, category) == POLICY_UNIT_PERSON && m < dossier.member_count; m++)
            if (result.person[category * dossier.member_count + m].qualifies == POLICY_YES)
                return false;
    }
    return true;
}

static policy_t *
load(const str_t *text, terms_t *terms)
{
    policy_text_t file = { "random.yaml", str_slice(text) };
    policy_t *policy = NULL;
    err_t err = { 0 };

    if (!policy_load_texts(&file, 1, terms, &policy, &err))
        (void) fprintf(stderr, "%s\n%s\n", err.text, str_c(text));
    REQUIRE(policy != NULL);
    return policy;
}

/* A category of its own for what a formula's part is said never to be. */
static bool
probe(run_t *run, const char *text, const char *part, size_t len)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    AUTO_STR with = STR_INIT;

    str_printf(&with, "%s  probe:\n    unit: person\n    role: entitlement\n    basis: x\n    label: { zh: 类, en: category }\n"
               "    when: \"%.*s\"\n", text, (int) len, part);
    policy = load(&with, terms);
    return holds(run, policy, terms, "probe", INT32_MIN);
}

static bool
judge(run_t *run, const policy_t *policy, terms_t *terms, const char *text, const char *line)
{
    static const char nobody[] = "nobody can qualify for “", never[] = "this can never be: “", ends[] = "”";
    const char *claim = strstr(line, nobody), *from = strstr(line, "” from ");
    char name[32] = "";
    int32_t since = INT32_MIN;
    size_t len;

    run->claims++;
    if (claim == NULL) {
        claim = strstr(line, never) != NULL ? strstr(line, never) : strstr(line, "so this can never be: “");
        REQUIRE(claim != NULL);
        claim = strstr(claim, "“") + strlen("“");
        return probe(run, text, claim, strlen(claim) - strlen(ends));
    }
    claim += strlen(nobody);
    len = (size_t) (strstr(claim, ends) - claim);
    REQUIRE(len < sizeof(name));
    memcpy(name, claim, len);
    if (from != NULL && from < claim + len + 2)
        REQUIRE(date_parse(from + strlen("” from "), 10, &since));
    return holds(run, policy, terms, name, since);
}

static void
check_policy(run_t *run)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    AUTO_STR text = STR_INIT;
    AUTO_STR report = STR_INIT;
    AUTO_STR notes = STR_INIT;

    make_policy(run, &text);
    policy = load(&text, terms);
    run->policies++;
    if (policy_check_loaded(policy, &report, &notes))
        return;
    for (char *line = report.ptr, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        if (judge(run, policy, terms, str_c(&text), line))
            continue;
        run->refuted++;
        (void) fprintf(stderr, "%s\nbut somebody does:\n%s\n", line, str_c(&text));
    }
}

int
main(int argc, char **argv)
{
    run_t run = { .random = { 1 } };
    int64_t seed = 1, policies = 400;

    if ((argc > 1 && !num_i64(argv[1], strlen(argv[1]), &seed)) || (argc > 2 && !num_i64(argv[2], strlen(argv[2]), &policies)))
        return 2;
    run.random.state = (uint64_t) seed;
    for (int64_t i = 0; i < policies && run.refuted < 3; i++)
        check_policy(&run);
    (void) printf("%zu policies, %zu claims of the check, %zu households looked at, %zu claims refuted\n", run.policies, run.claims,
                  run.looks, run.refuted);
    return run.refuted == 0 && run.claims > run.policies / 10 ? 0 : 1;
}
