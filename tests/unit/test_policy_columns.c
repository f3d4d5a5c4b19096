/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts from columns are those from dossiers, and columns that cannot be right are refused. */
#include "domain/date.h"
#include "policy_block.h"
#include "policy_columns.h"
#include "random_household.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HOUSEHOLDS 500
#define CATEGORIES 64

typedef struct {
    terms_t *terms;
    policy_t *policy;
    arena_t *arena;
    int32_t day;
    const dossier_t *dossiers[HOUSEHOLDS];
    policy_result_t results[HOUSEHOLDS];
    policy_block_t block;
    policy_columns_t *columns;
    policy_verdict_columns_t verdicts[CATEGORIES];
    uint32_t *first;
    err_t err;
} fixture_t;

static void
start(fixture_t *f, const char *path)
{
    random_t random = { 11 };

    *f = (fixture_t){ .terms = terms_new(), .arena = arena_new(1 << 20), .day = date_of(2024, 3, 15) };
    if (!policy_load(path, f->terms, &f->policy, &f->err))
        fail_msg("%s", f->err.text);
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        dossier_t *d = arena_new_array(f->arena, dossier_t, 1);

        random_household(f->policy, f->terms, &random, f->day, f->arena, d);
        d->incomplete = false;
        f->dossiers[i] = d;
    }
    /* The columns of a block that keeps every register: what is loaded there is bound here. */
    policy_block_init(&f->block, f->policy, NULL, f->day, true);
    policy_block_set(&f->block, f->dossiers, HOUSEHOLDS);
    policy_block_run(&f->block);
    f->first = arena_new_array(f->arena, uint32_t, HOUSEHOLDS + 1);
    memcpy(f->first, f->block.first, (HOUSEHOLDS + 1) * sizeof(uint32_t));
    f->columns = policy_columns_new(f->policy, f->day);
}

static void
stop(fixture_t *f)
{
    policy_columns_destroy(&f->columns);
    policy_block_done(&f->block);
    policy_destroy(&f->policy);
    arena_destroy(&f->arena);
    terms_destroy(&f->terms);
}

static void
want_everything(fixture_t *f)
{
    assert_true(policy_category_count(f->policy) <= CATEGORIES);
    for (size_t c = 0; c < policy_category_count(f->policy); c++) {
        size_t n = policy_category_unit(f->policy, c) == POLICY_UNIT_PERSON ? f->block.members : HOUSEHOLDS;

        f->verdicts[c] = (policy_verdict_columns_t){ .qualifies = arena_new_array(f->arena, uint8_t, n + 1),
                                                     .keeps = arena_new_array(f->arena, uint8_t, n + 1),
                                                     .amount = arena_new_array(f->arena, int64_t, n + 1),
                                                     .amount_unknown = arena_new_array(f->arena, uint8_t, n + 1),
                                                     .value = arena_new_array(f->arena, int64_t, n + 1),
                                                     .line = arena_new_array(f->arena, int64_t, n + 1) };
        memset(f->verdicts[c].amount_unknown, 1, n); /* stays where a category has no amount */
        policy_columns_want(f->columns, c, &f->verdicts[c]);
    }
}

static void
bind_loads(fixture_t *f)
{
    const program_t *p = &f->policy->program;

    for (size_t i = 0; i < policy_columns_count(f->columns); i++) {
        policy_column_t c;
        size_t reg = 0;

        policy_columns_at(f->columns, i, &c);
        /* A load is known by its reading and its name: of a built-in, or of a kind of fact. */
        for (; reg < p->count; reg++) {
            const instr_t *instr = &p->code[reg];
            const char *name = "";

            if (!program_op_is_load((op_t) instr->op) || (instr->scope == SCOPE_MEMBER) != c.of_member)
                continue;
            if (instr->op != OP_LOAD_BUILTIN)
                name = f->policy->facts[instr->imm]->name;
            else
                for (size_t d = 0; d < f->policy->def_count; d++)
                    if (f->policy->defs[d]->kind == DEF_BUILTIN && (int64_t) f->policy->defs[d]->builtin == instr->imm)
                        name = f->policy->defs[d]->name;
            if (strcmp(name, c.name) == 0 && strcmp(program_op_name((op_t) instr->op) + strlen("load."), c.reading) == 0)
                break;
        }
        assert_true(reg < p->count);
        policy_columns_bind(f->columns, i, f->block.value[reg], NULL, f->block.unknown[reg]);
    }
}

static void
check_verdict(const policy_verdict_columns_t *v, size_t lane, const policy_verdict_t *expected)
{
    assert_int_equal(v->qualifies[lane], expected->qualifies);
    assert_int_equal(v->keeps[lane], expected->keeps);
    assert_int_equal(v->amount_unknown[lane], !expected->has_amount);
    assert_int_equal(v->amount[lane], expected->amount);
    if (expected->line != 0 || expected->value != 0) {
        assert_int_equal(v->value[lane], expected->value);
        assert_int_equal(v->line[lane], expected->line);
    }
}

static void
check_same(const policy_verdict_t *a, const policy_verdict_t *b)
{
    assert_int_equal(a->qualifies, b->qualifies);
    assert_int_equal(a->keeps, b->keeps);
    assert_int_equal(a->has_amount, b->has_amount);
    assert_int_equal(a->amount, b->amount);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->value, b->value);
    assert_int_equal(a->valid_until, b->valid_until);
    assert_int_equal(a->review_on, b->review_on);
    assert_int_equal(a->grace_until, b->grace_until);
    assert_int_equal(a->grace_month, b->grace_month);
}

/* `columns`: they can say all that the policy reads. */
static void
check_policy(const char *path, bool columns)
{
    fixture_t *f = mem_new(fixture_t);
    size_t answers[3] = { 0 };

    start(f, path);
    want_everything(f);
    assert_int_equal(policy_columns_prepare(f->columns, &f->err), columns);
    if (columns) {
        bind_loads(f);
        policy_columns_use_blocks_of(f->columns, 70);
        assert_true(policy_columns_run(f->columns, f->first, HOUSEHOLDS, &f->err));
    } else {
        assert_non_null(strstr(f->err.text, "cannot be read from columns"));
    }
    assert_true(policy_assess(f->policy, NULL, f->dossiers, HOUSEHOLDS, f->day, f->arena, f->results, &f->err));
    for (size_t h = 0; h < HOUSEHOLDS; h++) {
        const policy_result_t *r = &f->results[h];
        policy_result_t alone;

        /* One household goes without a plan. */
        assert_true(policy_assess(f->policy, NULL, &f->dossiers[h], 1, f->day, f->arena, &alone, &f->err));
        assert_int_equal(alone.next_day, r->next_day);
        for (size_t c = 0; c < policy_category_count(f->policy); c++) {
            size_t n = policy_category_unit(f->policy, c) == POLICY_UNIT_PERSON ? f->dossiers[h]->member_count : 1;

            for (size_t m = 0; m < n; m++) {
                bool person = policy_category_unit(f->policy, c) == POLICY_UNIT_PERSON;
                const policy_verdict_t *v = person ? &r->person[c * n + m] : &r->household[c];

                if (columns)
                    check_verdict(&f->verdicts[c], person ? f->first[h] + m : h, v);
                check_same(v, person ? &alone.person[c * n + m] : &alone.household[c]);
                answers[v->qualifies]++;
            }
        }
    }
    for (size_t i = 0; i < 3; i++)
        assert_true(answers[i] > 20);
    stop(f);
    mem_free(f);
}

static void
test_columns_say_what_dossiers_say(void **state)
{
    (void) state;
    check_policy("tests/bench/policy/bench.yaml", true);
    check_policy("deploy/policies/qidong.yaml", false); /* reads supporters */
}

/* Only what is wanted is read. */
static void
test_only_what_is_wanted_is_read(void **state)
{
    fixture_t *f = mem_new(fixture_t);
    uint8_t medical[HOUSEHOLDS];
    policy_column_t c;
    size_t category = 0;

    (void) state;
    start(f, "tests/bench/policy/bench.yaml");
    while (strcmp(policy_category_name(f->policy, category), "medical") != 0)
        category++;
    policy_columns_want(f->columns, category, &(policy_verdict_columns_t){ .qualifies = medical });
    assert_true(policy_columns_prepare(f->columns, &f->err));
    assert_int_equal(policy_columns_count(f->columns), 3);
    for (size_t i = 0; i < 3; i++) {
        policy_columns_at(f->columns, i, &c);
        assert_true(strcmp(c.name, "closed") == 0 || strcmp(c.name, "event.death") == 0 ||
                    strcmp(c.name, "expense.medical") == 0);
    }
    stop(f);
    mem_free(f);
}

static void
test_wrong_columns_are_refused(void **state)
{
    fixture_t *f = mem_new(fixture_t);
    uint8_t twos[HOUSEHOLDS];
    policy_column_t c;
    size_t urban = 0;

    (void) state;
    start(f, "tests/bench/policy/bench.yaml");
    want_everything(f);
    assert_true(policy_columns_prepare(f->columns, &f->err));
    assert_false(policy_columns_run(f->columns, f->first, HOUSEHOLDS, &f->err));
    assert_non_null(strstr(f->err.text, "no column for"));
    bind_loads(f);
    f->first[3] = f->first[4] + 1;
    assert_false(policy_columns_run(f->columns, f->first, HOUSEHOLDS, &f->err));
    assert_non_null(strstr(f->err.text, "end before they begin"));
    memcpy(f->first, f->block.first, (HOUSEHOLDS + 1) * sizeof(uint32_t));
    memset(twos, 2, sizeof(twos));
    for (policy_columns_at(f->columns, urban, &c); strcmp(c.name, "urban") != 0;)
        policy_columns_at(f->columns, ++urban, &c);
    policy_columns_bind(f->columns, urban, NULL, twos, NULL);
    assert_false(policy_columns_run(f->columns, f->first, HOUSEHOLDS, &f->err));
    assert_non_null(strstr(f->err.text, "neither 0 nor 1"));
    memset(twos, 1, sizeof(twos));
    assert_true(policy_columns_run(f->columns, f->first, HOUSEHOLDS, &f->err));
    stop(f);
    mem_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_columns_say_what_dossiers_say),
                                        cmocka_unit_test(test_only_what_is_wanted_is_read),
                                        cmocka_unit_test(test_wrong_columns_are_refused) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
