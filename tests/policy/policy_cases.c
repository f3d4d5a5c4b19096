/* SPDX-License-Identifier: Apache-2.0 */
/* Runs hand-worked cases: policy_cases FILE…  Each case is assessed alone, again with members and facts in other
 * orders, and again among all the others of its file; all must say the same.  Its explanation must be JSON and hold the
 * lines that the case names. */

#include "case_read.h"
#include "domain/date.h"
#include "domain/money.h"
#include "json/json_in.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHUFFLES 8

typedef struct {
    const char *file;
    yaml_doc_t *doc;
    terms_t *terms;
    policy_t *policy;
    arena_t *arena;
    case_t *cases;
    size_t count, failed, checks;
    const case_t *at;
} run_t;

static void complain(run_t *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
complain(run_t *run, const char *fmt, ...)
{
    va_list args;

    run->failed++;
    (void) fprintf(stderr, "%s:%u: %s: ", run->file, yaml_line(run->at->node), run->at->name);
    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);
    (void) fputc('\n', stderr);
}

/* ---- expectations ------------------------------------------------------------------------------------------------ */

static void
expect_text(run_t *run, const char *what, const yaml_node_t *node, const char *got)
{
    run->checks++;
    if (yaml_text(node) == NULL || strcmp(yaml_text(node), got) != 0)
        complain(run, "%s: expected %s, got %s", what, yaml_text(node) != NULL ? yaml_text(node) : "?", got);
}

static void
expect_fen(run_t *run, const char *what, const yaml_node_t *node, bool has, int64_t fen)
{
    char text[MONEY_TEXT_SIZE] = "none";

    if (has)
        money_format(fen, text);
    expect_text(run, what, node, text);
}

static void
expect_verdict(run_t *run, const char *category, const char *id, const yaml_node_t *map, const policy_verdict_t *v)
{
    static const char *const answers[] = { "no", "yes", "unknown" };

    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *key = yaml_key_at(map, i);
        const yaml_node_t *node = yaml_at(map, i);
        char what[128];

        (void) snprintf(what, sizeof(what), "%s %s %s", category, id, key);
        if (strcmp(key, "qualifies") == 0)
            expect_text(run, what, node, answers[v->qualifies]);
        else if (strcmp(key, "keeps") == 0)
            expect_text(run, what, node, answers[v->keeps]);
        else if (strcmp(key, "amount") == 0)
            expect_fen(run, what, node, v->has_amount, v->amount);
        else if (strcmp(key, "line") == 0)
            expect_fen(run, what, node, true, v->line);
        else if (strcmp(key, "value") == 0)
            expect_fen(run, what, node, true, v->value);
        else
            complain(run, "nothing to expect of “%s”", key);
    }
}

static size_t
find_category(const policy_t *policy, const char *name)
{
    for (size_t i = 0; i < policy_category_count(policy); i++)
        if (strcmp(policy_category_name(policy, i), name) == 0)
            return i;
    return SIZE_MAX;
}

static void
expect_person(run_t *run, size_t category, const yaml_node_t *map, const policy_result_t *result)
{
    const char *name = policy_category_name(run->policy, category);

    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *id = yaml_key_at(map, i);
        size_t m = 0;

        while (m < run->at->dossier.member_count && strcmp(run->at->ids[m], id) != 0)
            m++;
        if (m == run->at->dossier.member_count)
            complain(run, "no member “%s”", id);
        else
            expect_verdict(run, name, id, yaml_at(map, i),
                           &result->person[category * run->at->dossier.member_count + m]);
    }
}

/* evidence: { dibao: [ income.wage, … ] }: the kinds of the facts, in any order, each as often as it is named. */
static void
expect_evidence(run_t *run, const yaml_node_t *map)
{
    for (size_t i = 0; i < yaml_count(map); i++) {
        const fact_t *facts[64];
        size_t category = find_category(run->policy, yaml_key_at(map, i));
        const yaml_node_t *list = yaml_at(map, i);
        size_t n =
            policy_evidence(run->policy, &run->at->dossier, run->at->day, category, SIZE_MAX, facts, COUNT_OF(facts));

        run->checks++;
        if (n != yaml_count(list))
            complain(run, "evidence: expected %zu facts, got %zu", yaml_count(list), n);
        for (size_t k = 0; k < n && k < yaml_count(list); k++)
            if (strcmp(terms_word(run->terms, facts[k]->kind), yaml_text(yaml_at(list, k))) != 0)
                complain(run, "evidence %zu: expected %s, got %s", k, yaml_text(yaml_at(list, k)),
                         terms_word(run->terms, facts[k]->kind));
    }
}

static void
expect_explanation(run_t *run, const yaml_node_t *lines)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    if (!policy_explain(run->policy, &run->at->dossier, run->at->day, &out, &err)) {
        complain(run, "explain: %s", err.text);
        return;
    }
    json_out_end(&out);
    if (!json_check(str_c(&text), text.len, &err))
        complain(run, "the explanation is no JSON: %s", err.text);
    for (size_t i = 0; lines != NULL && i < yaml_count(lines); i++) {
        run->checks++;
        if (strstr(str_c(&text), yaml_text(yaml_at(lines, i))) == NULL)
            complain(run, "the explanation lacks “%s”", yaml_text(yaml_at(lines, i)));
    }
    if (getenv("POLICY_CASES_SHOW") != NULL && strcmp(getenv("POLICY_CASES_SHOW"), run->at->name) == 0)
        (void) puts(str_c(&text));
}

static void
expect_result(run_t *run, const policy_result_t *result)
{
    const yaml_node_t *expect = run->at->expect;

    for (size_t i = 0; i < yaml_count(expect); i++) {
        const char *key = yaml_key_at(expect, i);
        const yaml_node_t *node = yaml_at(expect, i);
        size_t category = find_category(run->policy, key);
        char text[64];

        if (strcmp(key, "counted") == 0) {
            (void) snprintf(text, sizeof(text), "%zu", result->counted);
            expect_text(run, key, node, text);
        } else if (strcmp(key, "next_day") == 0) {
            date_format(result->next_day, text);
            expect_text(run, key, node, text);
        } else if (strcmp(key, "version") == 0) {
            policy_version(run->policy, run->at->day, text);
            expect_text(run, key, node, text);
        } else if (strcmp(key, "evidence") == 0) {
            expect_evidence(run, node);
        } else if (strcmp(key, "explains") == 0) {
            continue;
        } else if (category == SIZE_MAX) {
            complain(run, "no category “%s”", key);
        } else if (policy_category_unit(run->policy, category) == POLICY_UNIT_PERSON) {
            expect_person(run, category, node, result);
        } else {
            expect_verdict(run, key, "", node, &result->household[category]);
        }
    }
    expect_explanation(run, yaml_get(expect, "explains"));
}

/* ---- the same in other orders -------------------------------------------------------------------------------------
 */

static bool
same_verdict(const policy_verdict_t *a, const policy_verdict_t *b)
{
    return a->qualifies == b->qualifies && a->keeps == b->keeps && a->has_amount == b->has_amount &&
           a->amount == b->amount && a->line == b->line && a->value == b->value;
}

/* `place[m]`: where member m of a stands in b. */
static bool
same_result(const policy_t *policy, size_t members, const size_t *place, const policy_result_t *a,
            const policy_result_t *b)
{
    if (a->counted != b->counted || a->next_day != b->next_day)
        return false;
    for (size_t c = 0; c < policy_category_count(policy); c++) {
        if (!same_verdict(&a->household[c], &b->household[c]))
            return false;
        for (size_t m = 0; m < members; m++)
            if (!same_verdict(&a->person[c * members + m], &b->person[c * members + place[m]]))
                return false;
    }
    return true;
}

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void
shuffle_facts(fact_t *facts, size_t n, uint64_t *random)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = next_random(random) % i;
        fact_t swap = facts[i - 1];

        facts[i - 1] = facts[k];
        facts[k] = swap;
    }
}

static fact_t *
copy_facts(arena_t *arena, const fact_t *facts, size_t n)
{
    fact_t *copy = arena_new_array(arena, fact_t, n + 1);

    memcpy(copy, facts, n * sizeof(fact_t));
    return copy;
}

static void
shuffle(const run_t *run, uint64_t *random, dossier_t *ret, size_t *place)
{
    const dossier_t *d = &run->at->dossier;

    *ret = *d;
    ret->members = arena_new_array(run->arena, member_t, d->member_count + 1);
    for (size_t m = 0; m < d->member_count; m++)
        place[m] = m;
    for (size_t i = d->member_count; i > 1; i--) {
        size_t k = next_random(random) % i, swap = place[i - 1];

        place[i - 1] = place[k];
        place[k] = swap;
    }
    for (size_t m = 0; m < d->member_count; m++) {
        member_t *member = &ret->members[place[m]];

        *member = d->members[m];
        member->facts = copy_facts(run->arena, member->facts, member->fact_count);
        shuffle_facts(member->facts, member->fact_count, random);
    }
    ret->facts = copy_facts(run->arena, d->facts, d->fact_count);
    shuffle_facts(ret->facts, ret->fact_count, random);
}

static void
check_orders(run_t *run, const policy_result_t *expected)
{
    uint64_t random = 42;

    for (size_t i = 0; i < SHUFFLES; i++) {
        dossier_t other;
        const dossier_t *others = &other;
        size_t place[64];
        policy_result_t result;
        err_t err = { 0 };

        shuffle(run, &random, &other, place);
        if (!policy_assess(run->policy, &others, 1, run->at->day, run->arena, &result, &err) ||
            !same_result(run->policy, other.member_count, place, expected, &result))
            complain(run, "another order of members or facts gives another result");
    }
}

/* Each case once more among all the cases of the file, thrice over: lanes do not touch each other. */
static void
check_block(run_t *run, const policy_result_t *alone)
{
    size_t n = run->count * 3;
    const dossier_t **all = arena_new_array(run->arena, const dossier_t *, n);
    policy_result_t *results = arena_new_array(run->arena, policy_result_t, n);
    size_t place[64];

    for (size_t i = 0; i < COUNT_OF(place); i++)
        place[i] = i;
    for (size_t i = 0; i < n; i++)
        all[i] = &run->cases[i % run->count].dossier;
    for (size_t c = 0; c < run->count; c++) {
        err_t err = { 0 };

        run->at = &run->cases[c];
        if (!policy_assess(run->policy, all, n, run->at->day, run->arena, results, &err))
            complain(run, "%s", err.text);
        for (size_t i = c; i < n; i += run->count)
            if (!same_result(run->policy, run->at->dossier.member_count, place, &alone[c], &results[i]))
                complain(run, "the result differs among other households");
    }
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static bool
run_cases(run_t *run, err_t *err)
{
    const yaml_node_t *list = yaml_get(yaml_doc_root(run->doc), "cases");
    policy_result_t *alone;

    run->count = list != NULL ? yaml_count(list) : 0;
    if (run->count == 0)
        return yaml_fail(run->doc, yaml_doc_root(run->doc), err, "no cases");
    run->cases = arena_new_array(run->arena, case_t, run->count);
    alone = arena_new_array(run->arena, policy_result_t, run->count);
    for (size_t i = 0; i < run->count; i++) {
        const dossier_t *dossier = &run->cases[i].dossier;

        if (!case_read(run->doc, yaml_at(list, i), run->terms, run->arena, &run->cases[i], err) ||
            !policy_assess(run->policy, &dossier, 1, run->cases[i].day, run->arena, &alone[i], err))
            return false;
        run->at = &run->cases[i];
        expect_result(run, &alone[i]);
        check_orders(run, &alone[i]);
    }
    check_block(run, alone);
    return true;
}

static bool
run_file(const char *path, size_t *cases, size_t *checks, size_t *failed)
{
    run_t run = { .file = path };
    const char *policy = NULL;
    err_t err = { 0 };
    bool ok;

    run.terms = terms_new();
    run.arena = arena_new(65536);
    ok = yaml_doc_load(path, &run.doc, &err) &&
         yaml_get_text(run.doc, yaml_doc_root(run.doc), "policy", NULL, &policy, &err) &&
         policy_load(policy, run.terms, &run.policy, &err) && run_cases(&run, &err);
    if (!ok)
        (void) fprintf(stderr, "%s: %s\n", path, err.text);
    *cases += run.count;
    *checks += run.checks;
    *failed += run.failed + !ok;
    policy_destroy(&run.policy);
    yaml_doc_destroy(&run.doc);
    arena_destroy(&run.arena);
    terms_destroy(&run.terms);
    return ok;
}

int
main(int argc, char **argv)
{
    size_t cases = 0, checks = 0, failed = 0;

    for (int i = 1; i < argc; i++)
        (void) run_file(argv[i], &cases, &checks, &failed);
    (void) printf("%zu cases, %zu values checked, %zu failed\n", cases, checks, failed);
    return failed == 0 && cases > 0 ? 0 : 1;
}
