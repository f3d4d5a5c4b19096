/* SPDX-License-Identifier: Apache-2.0 */
/* A plan says what the instructions say, bit for bit: made-up programs over made-up columns, small and huge numbers,
 * known and unknown ones, with every set of loops that this machine runs, block after block. */
#include "policy_plan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PROGRAMS 600
#define BLOCKS 6
#define INSTRUCTIONS 48
#define HOUSEHOLDS 70
#define MEMBERS (HOUSEHOLDS * 12)

typedef struct {
    uint64_t random;
    policy_t policy;
    bool flag[INSTRUCTIONS]; /* of a register: 0 or 1 */
    bool want[INSTRUCTIONS];
    bool narrow[INSTRUCTIONS]; /* a load that comes as bytes */
    bool marked[INSTRUCTIONS]; /* a load that may be unknown */
    bool paired;
    int64_t *value[INSTRUCTIONS];
    uint8_t *unknown[INSTRUCTIONS], *bytes[INSTRUCTIONS];
    uint32_t first[HOUSEHOLDS + 1], home[MEMBERS];
    policy_block_t block;
} fixture_t;

static uint64_t
draw(fixture_t *f, uint64_t n)
{
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (f->random >> 33) % n;
}

/* ---- programs ---------------------------------------------------------------------------------------------------- */

/* An earlier register of the scope, a flag when one is asked for; -1 when there is none. */
static int32_t
earlier(fixture_t *f, scope_t scope, bool flag)
{
    size_t n = f->policy.program.count;

    for (size_t tries = 0; n > 0 && tries < 40; tries++) {
        size_t r = draw(f, n);

        if (f->policy.program.code[r].scope == scope && f->flag[r] == flag)
            return (int32_t) r;
    }
    return -1;
}

static const op_t number_ops[] = { OP_CONST, OP_SPREAD, OP_ADD,      OP_SUB, OP_MUL,    OP_SCALE, OP_ROUND, OP_ROUND,
                                   OP_ROUND, OP_ROUND,  OP_POSITIVE, OP_MIN, OP_MAX,    OP_SUM,   OP_SUM,   OP_COUNT,
                                   OP_NEEDS, OP_SELECT, OP_AFTER,    OP_ADD, OP_SELECT, OP_SCALE };
static const op_t flag_ops[] = { OP_SPREAD, OP_LT,    OP_LE,     OP_EQ,    OP_EQ_IMM, OP_AND,  OP_OR,
                                 OP_NOT,    OP_NEEDS, OP_SELECT, OP_AFTER, OP_ANY,    OP_EVERY };

static int64_t
small_number(fixture_t *f)
{
    static const int64_t odd[] = { 0, 1, -1, 2, 10, 100, 1200, INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN };

    return draw(f, 3) == 0 ? odd[draw(f, COUNT_OF(odd))] : (int64_t) draw(f, 2000) - 400;
}

static void
add(fixture_t *f, instr_t instr, bool flag)
{
    f->flag[f->policy.program.count] = flag;
    f->policy.program.code[f->policy.program.count++] = instr;
}

/* What a household gives to each of some members. */
static void
add_gift(fixture_t *f)
{
    int32_t flag = earlier(f, SCOPE_HOUSEHOLD, true), given = earlier(f, SCOPE_MEMBER, true), n;
    int32_t number = earlier(f, SCOPE_HOUSEHOLD, false), meant = earlier(f, SCOPE_MEMBER, true);

    if (flag < 0 || given < 0 || number < 0 || meant < 0)
        return;
    n = (int32_t) f->policy.program.count;
    add(f, (instr_t){ .op = OP_CONST, .a = -1, .b = -1, .c = -1, .imm = small_number(f) }, false);
    add(f, (instr_t){ .op = OP_CONST, .a = -1, .b = -1, .c = -1, .imm = small_number(f) }, false);
    add(f, (instr_t){ .op = OP_SELECT, .a = flag, .b = n, .c = n + 1 }, false);
    add(f,
        (instr_t){ .op = OP_SPREAD,
                   .scope = SCOPE_MEMBER,
                   .a = draw(f, 2) == 0 ? n + 2 : number,
                   .b = -1,
                   .c = -1 },
        false);
    add(f, (instr_t){ .op = OP_CONST, .scope = SCOPE_MEMBER, .a = -1, .b = -1, .c = -1 }, false);
    add(f, (instr_t){ .op = OP_SELECT, .scope = SCOPE_MEMBER, .a = given, .b = n + 3, .c = n + 4 }, false);
    add(f, (instr_t){ .op = OP_SUM, .a = n + 5, .b = meant, .c = -1 }, false);
}

static bool
choose_operands(fixture_t *f, op_t op, bool flag, instr_t *instr)
{
    scope_t scope = (scope_t) instr->scope;
    bool fold = op >= OP_SUM, of_flags = op == OP_AND || op == OP_OR || op == OP_NOT || op == OP_ANY || op == OP_EVERY;
    bool compares = op == OP_LT || op == OP_LE || op == OP_EQ || op == OP_EQ_IMM;
    scope_t from = fold ? SCOPE_MEMBER : op == OP_SPREAD ? SCOPE_HOUSEHOLD : scope;

    if ((fold && scope != SCOPE_HOUSEHOLD) || (op == OP_SPREAD && scope != SCOPE_MEMBER))
        return false;
    if (op == OP_CONST)
        return true;
    if (op != OP_COUNT) {
        bool number = op == OP_SUM ? draw(f, 6) != 0 : compares ? draw(f, 5) != 0 : !flag && op != OP_SELECT;

        instr->a = earlier(f, from, op == OP_SELECT || of_flags || !number);
        if (instr->a < 0)
            return false;
    }
    if (op == OP_SCALE || op == OP_POSITIVE || op == OP_NOT || op == OP_AFTER || op == OP_SPREAD || op == OP_EQ_IMM)
        return true;
    if (op == OP_ROUND && draw(f, 4) != 0)
        return true;
    instr->b = earlier(f, from, fold || of_flags || op == OP_NEEDS || (op == OP_SELECT && flag));
    if (op == OP_SELECT)
        instr->c = earlier(f, from, flag);
    return instr->b >= 0 && (op != OP_SELECT || instr->c >= 0);
}

static void
make_program(fixture_t *f)
{
    f->policy.program.count = 0;
    for (size_t i = 0; i < 10; i++) {
        bool flag = i % 2 == 0;

        add(f,
            (instr_t){ .op = flag ? OP_LOAD_HAS : OP_LOAD_TOTAL,
                       .scope = i < 4 ? SCOPE_HOUSEHOLD : SCOPE_MEMBER,
                       .a = -1,
                       .b = -1,
                       .c = -1,
                       .imm = (int64_t) i },
            flag);
        f->narrow[i] = flag && draw(f, 2) == 0;
        f->marked[i] = draw(f, 3) == 0;
    }
    /* A value whose kind is also asked whether there is one: load 7 belongs to load 6. */
    f->paired = draw(f, 2) == 0;
    if (f->paired) {
        f->policy.program.code[7].op = OP_LOAD_VALUE;
        f->policy.program.code[7].imm = f->policy.program.code[6].imm;
        f->marked[6] = false;
        f->marked[7] = true;
    }
    while (f->policy.program.count < INSTRUCTIONS) {
        bool flag = draw(f, 2) == 0;
        op_t op = flag ? flag_ops[draw(f, COUNT_OF(flag_ops))] : number_ops[draw(f, COUNT_OF(number_ops))];
        instr_t instr = { .op = (uint8_t) op, .scope = (uint8_t) draw(f, 2), .a = -1, .b = -1, .c = -1 };

        instr.imm = op == OP_AFTER ? (int64_t) draw(f, 2) : small_number(f);
        if (f->policy.program.count < INSTRUCTIONS - 8 && draw(f, 12) == 0)
            add_gift(f);
        if (op == OP_ROUND) {
            static const int64_t to[] = { 1, 100, 10, 1000, 7, (int64_t) 1 << 40 };
            static const int64_t by[] = {
                1, 2, 3, 10, 12, 100, 1200, 10000, INT32_MAX, (int64_t) 1 << 33, INT64_MAX / 3
            };

            instr.mode = (uint8_t) draw(f, 3);
            instr.to = to[draw(f, draw(f, 4) == 0 ? COUNT_OF(to) : 3)];
            instr.imm = by[draw(f, draw(f, 4) == 0 ? COUNT_OF(by) : 8)];
        }
        if (choose_operands(f, op, flag, &instr) && !(op == OP_ROUND && instr.b < 0 && instr.imm == 1 && instr.to == 1))
            add(f, instr, flag);
    }
    for (size_t i = 0; i < INSTRUCTIONS; i++)
        f->want[i] = i >= 10 && draw(f, 4) == 0;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static void
make_block(fixture_t *f, size_t round)
{
    size_t members = 0;

    f->block.households = 1 + draw(f, HOUSEHOLDS);
    f->block.most_members = 0;
    for (size_t h = 0; h < f->block.households; h++) {
        uint32_t n = draw(f, 12) == 0 ? (uint32_t) draw(f, 12) : (uint32_t) draw(f, 4);

        f->first[h] = (uint32_t) members;
        f->block.most_members = n > f->block.most_members ? n : f->block.most_members;
        for (uint32_t m = 0; m < n; m++)
            f->home[members++] = (uint32_t) h;
    }
    f->first[f->block.households] = (uint32_t) members;
    f->block.members = members;
    f->block.first = f->first;
    f->block.home = f->home;
    for (size_t i = 0; i < 10; i++) {
        size_t lanes = policy_block_lanes(&f->block, (scope_t) f->policy.program.code[i].scope);
        uint64_t range = round < 2 ? 1000 : round < 4 ? 1000000 : 0;

        for (size_t k = 0; k < lanes; k++) {
            int64_t v = range > 0 ? (int64_t) draw(f, range) : small_number(f);

            f->unknown[i][k] = f->marked[i] && draw(f, 4) == 0;
            if (f->paired && i == 7 && round != 3) /* in one block the two do not belong together */
                f->unknown[i][k] = f->value[6][k] == 0;
            f->value[i][k] = f->unknown[i][k] ? 0 : f->flag[i] ? v & 1 : round % 2 == 1 ? v - 300 : v;
            f->bytes[i][k] = (uint8_t) (f->value[i][k] & 1);
        }
    }
}

static void
run_by_instruction(fixture_t *f)
{
    for (size_t i = 10; i < INSTRUCTIONS; i++) {
        const instr_t *instr = &f->policy.program.code[i];
        policy_lanes_t l = { .instr = instr,
                             .n = policy_block_lanes(&f->block, (scope_t) instr->scope),
                             .v = f->value[i],
                             .u = f->unknown[i] };

        if (instr->a >= 0) {
            l.av = f->value[instr->a];
            l.au = f->unknown[instr->a];
        }
        if (instr->b >= 0) {
            l.bv = f->value[instr->b];
            l.bu = f->unknown[instr->b];
        }
        if (instr->c >= 0) {
            l.cv = f->value[instr->c];
            l.cu = f->unknown[instr->c];
        }
        policy_block_run_one(&f->block, &l);
    }
}

static void
check_register(fixture_t *f, const policy_plan_t *plan, size_t reg, size_t program)
{
    size_t lanes = policy_block_lanes(&f->block, (scope_t) f->policy.program.code[reg].scope);
    policy_plan_result_t r;

    policy_plan_result(plan, reg, &r);
    for (size_t k = 0; k < lanes; k++) {
        int64_t v = r.numbers != NULL ? r.numbers[k] : r.flags != NULL ? r.flags[k] : r.value;
        uint8_t u = r.unknown != NULL ? r.unknown[k] : !r.known;

        if (u != f->unknown[reg][k] || (u == 0 && v != f->value[reg][k]))
            fail_msg("program %zu register %zu %s lane %zu: %lld unknown %d, expected %lld unknown %d", program, reg,
                     program_op_name((op_t) f->policy.program.code[reg].op), k, (long long) v, u,
                     (long long) f->value[reg][k], f->unknown[reg][k]);
    }
}

static void
check_programs(const policy_lanes_table_t *lanes, size_t *slow, size_t *steps)
{
    fixture_t *f = mem_new(fixture_t);

    f->random = 7;
    f->policy.program.code = mem_new_array(instr_t, INSTRUCTIONS);
    f->block.policy = &f->policy;
    f->block.day = 1;
    for (size_t i = 0; i < INSTRUCTIONS; i++) {
        f->value[i] = mem_new_array(int64_t, MEMBERS);
        f->unknown[i] = mem_new_array(uint8_t, MEMBERS);
        f->bytes[i] = mem_new_array(uint8_t, MEMBERS);
    }
    for (size_t p = 0; p < PROGRAMS; p++) {
        make_program(f);
        policy_plan_t *plan = policy_plan_new(&f->policy, 1, f->want);

        policy_plan_use(plan, lanes);
        for (size_t round = 0; round < BLOCKS; round++) {
            size_t n;

            make_block(f, round);
            run_by_instruction(f);
            for (size_t i = 0; i < 10; i++)
                policy_plan_input(plan, i, f->narrow[i] ? NULL : f->value[i], f->narrow[i] ? f->bytes[i] : NULL,
                                  f->marked[i] ? f->unknown[i] : NULL);
            assert_true(policy_plan_run(plan, &f->block, f->block.most_members));
            for (size_t i = 0; i < INSTRUCTIONS; i++)
                if (f->want[i])
                    check_register(f, plan, i, p);
            *steps += policy_plan_steps(plan, &n);
            *slow += round < 2 ? n : 0;
        }
        policy_plan_destroy(&plan);
    }
    for (size_t i = 0; i < INSTRUCTIONS; i++) {
        mem_free(f->value[i]);
        mem_free(f->unknown[i]);
        mem_free(f->bytes[i]);
    }
    mem_free(f->policy.program.code);
    mem_free(f);
}

static void
test_plan_says_what_instructions_say(void **state)
{
    (void) state;
    for (size_t i = 0; policy_lanes_at(i) != NULL; i++) {
        size_t slow = 0, steps = 0;

        check_programs(policy_lanes_at(i), &slow, &steps);
        /* The rules are worth the name: on plain numbers few instructions are left to the slow way. */
        assert_true(slow * 4 < steps);
    }
}

/* Divisions become multiplications: at the edges of every range, against the division itself. */
static void
test_divisions_are_exact(void **state)
{
    static const int64_t dens[] = { 1,
                                    2,
                                    3,
                                    5,
                                    7,
                                    10,
                                    12,
                                    100,
                                    1200,
                                    10000,
                                    12345,
                                    65537,
                                    1000003,
                                    INT32_MAX - 1,
                                    INT32_MAX,
                                    (int64_t) INT32_MAX + 1,
                                    (int64_t) INT32_MAX + 2,
                                    (int64_t) 1 << 40,
                                    3037000499,
                                    INT64_MAX / 3,
                                    INT64_MAX - 1,
                                    INT64_MAX };
    policy_t policy = { 0 };
    instr_t code[2] = { { .op = OP_LOAD_TOTAL, .scope = SCOPE_HOUSEHOLD, .a = -1, .b = -1, .c = -1 },
                        { .op = OP_ROUND, .scope = SCOPE_HOUSEHOLD, .a = 0, .b = -1, .c = -1, .to = 1 } };
    const bool want[2] = { false, true };
    int64_t in[64], out[64];
    uint8_t zero[64] = { 0 }, unknown[64];
    policy_block_t block = { .policy = &policy, .households = 64 };
    uint32_t first[65] = { 0 };

    (void) state;
    policy.program.code = code;
    policy.program.count = 2;
    block.first = first;
    for (size_t lane = 0; policy_lanes_at(lane) != NULL; lane++) {
        for (size_t d = 0; d < COUNT_OF(dens) * 3; d++) {
            code[1].imm = dens[d / 3];
            code[1].mode = (uint8_t) (d % 3);
            for (int bits = 8; bits <= 63; bits++) {
                policy_plan_t *plan = policy_plan_new(&policy, 1, want);
                int64_t top = (int64_t) (((uint64_t) 1 << bits) - 1), den = dens[d / 3];
                policy_plan_result_t r;

                for (int64_t k = 0; k < 64; k++) {
                    int64_t near = k < 16 ? top - k : top / den * den + k - 40;

                    in[k] = k < 48 ? near : -near;
                    if (near > top || near < 0)
                        in[k] = k;
                }
                policy_plan_use(plan, policy_lanes_at(lane));
                policy_plan_input(plan, 0, in, NULL, NULL);
                assert_true(policy_plan_run(plan, &block, 0));
                policy_plan_result(plan, 1, &r);
                policy_block_run_one(
                    &block,
                    &(policy_lanes_t){ .instr = &code[1], .n = 64, .v = out, .u = unknown, .av = in, .au = zero });
                for (size_t k = 0; k < 64; k++) {
                    assert_int_equal(r.unknown != NULL ? r.unknown[k] : !r.known, unknown[k]);
                    assert_true(r.numbers[k] == out[k]);
                }
                policy_plan_destroy(&plan);
            }
        }
    }
}

/* A flag is a byte of 0 or 1: another one is refused before anything is computed. */
static void
test_a_flag_of_two_is_refused(void **state)
{
    policy_t policy = { 0 };
    instr_t code[2] = { { .op = OP_LOAD_HAS, .scope = SCOPE_HOUSEHOLD, .a = -1, .b = -1, .c = -1 },
                        { .op = OP_NOT, .scope = SCOPE_HOUSEHOLD, .a = 0, .b = -1, .c = -1 } };
    const bool want[2] = { false, true };
    uint8_t in[3] = { 0, 2, 1 };
    uint32_t first[4] = { 0 };
    policy_block_t block = { .policy = &policy, .households = 3, .first = first };
    policy_plan_t *plan;

    (void) state;
    policy.program.code = code;
    policy.program.count = 2;
    plan = policy_plan_new(&policy, 1, want);
    policy_plan_input(plan, 0, NULL, in, NULL);
    assert_false(policy_plan_run(plan, &block, 0));
    in[1] = 1;
    assert_true(policy_plan_run(plan, &block, 0));
    policy_plan_destroy(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_plan_says_what_instructions_say),
                                        cmocka_unit_test(test_divisions_are_exact),
                                        cmocka_unit_test(test_a_flag_of_two_is_refused) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
