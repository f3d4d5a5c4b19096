/* SPDX-License-Identifier: Apache-2.0 */
/* Runs hand-worked cases: policy_cases FILE…  Each case is assessed alone, again with members and facts in other
 * orders, and again among all the others of its file; all must say the same. */

#include "policy_block.h"
#include "policy_case.h"
#include <stdarg.h>
#include <string.h>

#define SHUFFLES 8

typedef struct {
    const char *file;
    yaml_doc_t *doc;
    terms_t *terms;
    policy_t *policy;
    arena_t *arena;
    policy_case_t *cases;
    size_t count;
    policy_case_tally_t tally;
    const policy_case_t *at;
} run_t;

static void complain(run_t *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
complain(run_t *run, const char *fmt, ...)
{
    va_list args;

    run->tally.failed++;
    (void) fprintf(stderr, "%s:%u: %s: ", run->file, yaml_line(run->at->node), run->at->name);
    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);
    (void) fputc('\n', stderr);
}

/* ---- the same in other orders ------------------------------------------------------------------------------------ */

static bool
same_verdict(const policy_verdict_t *a, const policy_verdict_t *b)
{
    return a->qualifies == b->qualifies && a->keeps == b->keeps && a->has_amount == b->has_amount &&
           a->amount == b->amount && a->line == b->line && a->value == b->value && a->valid_until == b->valid_until &&
           a->review_on == b->review_on && a->grace_until == b->grace_until && a->grace_month == b->grace_month;
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

/* Members and facts in another order; `place[m]`: where member m stands now. */
static void
shuffle_home(const run_t *run, const dossier_t *d, uint64_t *random, dossier_t *ret, size_t *place)
{
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

/* The supporters in another order, too, and their homes; a home stays one for all who live in it. */
static void
shuffle_supporters(const run_t *run, uint64_t *random, dossier_t *ret, const size_t *place)
{
    const dossier_t *d = &run->at->dossier;
    size_t n = d->supporter_count, turn = n > 0 ? next_random(random) % n : 0;
    supporter_t *supporters = arena_new_array(run->arena, supporter_t, n + 1);

    for (size_t i = 0; i < n; i++) {
        const supporter_t *from = &d->supporters[(i + turn) % n];
        size_t home_place[64], k = 0;
        dossier_t *home;

        supporters[i] = *from;
        supporters[i].member = place[from->member];
        while (k < i && d->supporters[(k + turn) % n].home != from->home)
            k++;
        if (from->home == d) {
            supporters[i].home = ret;
            supporters[i].place = place[from->place];
        } else if (from->home != NULL && k == i) {
            home = arena_new_array(run->arena, dossier_t, 1);
            shuffle_home(run, from->home, random, home, home_place);
            supporters[i].home = home;
            supporters[i].place = home_place[from->place];
        } else if (from->home != NULL) {
            supporters[i].home = supporters[k].home;
            while (!uuid_eq(&supporters[i].home->members[supporters[i].place].person, &from->person))
                supporters[i].place = (supporters[i].place + 1) % from->home->member_count;
        }
    }
    ret->supporters = supporters;
}

static void
shuffle(const run_t *run, uint64_t *random, dossier_t *ret, size_t *place)
{
    shuffle_home(run, &run->at->dossier, random, ret, place);
    shuffle_supporters(run, random, ret, place);
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
        if (!policy_assess(run->policy, &run->at->world, &others, 1, run->at->day, run->arena, &result, &err) ||
            !same_result(run->policy, other.member_count, place, expected, &result))
            complain(run, "another order of members or facts gives another result");
    }
}

/* Each case once more among all the cases of the file, thrice over: lanes do not touch each other. */
static void
check_block(run_t *run, const policy_result_t *alone)
{
    size_t n = run->count * (POLICY_FEW_HOUSEHOLDS / run->count + 3); /* more than go the way of one alone */
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
        if (!policy_assess(run->policy, &run->at->world, all, n, run->at->day, run->arena, results, &err))
            complain(run, "%s", err.text);
        for (size_t i = c; i < n; i += run->count)
            if (!same_result(run->policy, run->at->dossier.member_count, place, &alone[c], &results[i]))
                complain(run, "the result differs among other households");
    }
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static bool
run_cases(run_t *run, str_t *report, err_t *err)
{
    const yaml_node_t *list = yaml_get(yaml_doc_root(run->doc), "cases");
    policy_result_t *alone;

    run->count = list != NULL ? yaml_count(list) : 0;
    if (run->count == 0)
        return yaml_fail(run->doc, yaml_doc_root(run->doc), err, "no cases");
    run->cases = arena_new_array(run->arena, policy_case_t, run->count);
    alone = arena_new_array(run->arena, policy_result_t, run->count);
    for (size_t i = 0; i < run->count; i++) {
        const dossier_t *dossier = &run->cases[i].dossier;

        if (!policy_case_read(run->doc, yaml_at(list, i), run->terms, run->arena, &run->cases[i], err) ||
            !policy_assess(run->policy, &run->cases[i].world, &dossier, 1, run->cases[i].day, run->arena, &alone[i],
                           err))
            return false;
        run->at = &run->cases[i];
        policy_case_judge(run->policy, run->terms, run->file, run->at, &alone[i], &run->tally, report);
        check_orders(run, &alone[i]);
    }
    check_block(run, alone);
    return true;
}

static void
run_file(const char *path, policy_case_tally_t *tally)
{
    run_t run = { .file = path };
    AUTO_STR report = STR_INIT;
    const char *policy = NULL;
    err_t err = { 0 };
    bool ok;

    run.terms = terms_new();
    run.arena = arena_new(65536);
    ok = yaml_doc_load(path, &run.doc, &err) &&
         yaml_get_text(run.doc, yaml_doc_root(run.doc), "policy", NULL, &policy, &err) &&
         policy_load(policy, run.terms, &run.policy, &err) && run_cases(&run, &report, &err);
    if (!ok)
        (void) fprintf(stderr, "%s: %s\n", path, err.text);
    (void) fputs(str_c(&report), stderr);
    tally->cases += run.count;
    tally->checks += run.tally.checks;
    tally->failed += run.tally.failed + !ok;
    policy_destroy(&run.policy);
    yaml_doc_destroy(&run.doc);
    arena_destroy(&run.arena);
    terms_destroy(&run.terms);
}

int
main(int argc, char **argv)
{
    policy_case_tally_t tally = { 0 };

    for (int i = 1; i < argc; i++)
        run_file(argv[i], &tally);
    (void) printf("%zu cases, %zu values checked, %zu failed\n", tally.cases, tally.checks, tally.failed);
    return tally.failed == 0 && tally.cases > 0 ? 0 : 1;
}
