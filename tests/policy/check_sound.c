/* SPDX-License-Identifier: Apache-2.0 */
/* check_sound [SEED [POLICIES]]: what the check says can never be, never is.  Policies are made at random; each claim of the
 * check about one of them ("nobody can qualify …", "this can never be …") is held against households made at random. */

#include "base/num.h"
#include "domain/date.h"
#include "random_policy.h"
#include <string.h>

#define HOUSEHOLDS 120

typedef struct {
    random_t random;
    size_t policies, claims, refuted, looks;
} run_t;

/* ---- random policies --------------------------------------------------------------------------------------------- */

static void
put_category(run_t *run, str_t *out, const char *name, bool person, const char *after)
{
    int64_t n = random_in(&run->random, 1, 3);

    str_printf(out, "  %s:\n    unit: %s\n    role: entitlement\n    basis: x\n    label: { zh: 类, en: category }\n%s%s%s    when:\n", name,
               person ? "person" : "household", after != NULL ? "    after: " : "", after != NULL ? after : "",
               after != NULL ? "\n" : "");
    for (int64_t i = 0; i < n; i++) {
        str_add(out, "      - \"");
        random_policy_flag(&run->random, out, person, 1);
        str_add(out, "\"\n");
    }
}

static void
make_policy(run_t *run, str_t *out)
{
    str_printf(out, "policy: random\n%s", random_policy_base);
    random_policy_parameters(&run->random, out);
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
    if (strstr(line, "nobody of “") != NULL) {
        AUTO_STR part = STR_INIT;
        const char *group = strstr(line, "nobody of “") + strlen("nobody of “"), *text_of = strstr(line, "meet this: “");

        REQUIRE(text_of != NULL);
        text_of += strlen("meet this: “");
        str_printf(&part, "any of %.*s where %.*s", (int) (strstr(group, ends) - group), group,
                   (int) (strlen(text_of) - strlen(ends)), text_of);
        return probe(run, text, str_c(&part), part.len);
    }
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
