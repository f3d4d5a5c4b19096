/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_lanes.h"

#define POLICY_LANES_TABLE policy_lanes_plain
#define POLICY_LANES_NAME "plain"
#include "policy_lanes_loops.inc"

/* From the plainest to the fastest. */
static size_t
count_tables(void)
{
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2"))
        return 1;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return 2;
    return 3;
#else
    return 1;
#endif
}

const policy_lanes_table_t *
policy_lanes_at(size_t i)
{
    static const policy_lanes_table_t *const tables[] = {
        &policy_lanes_plain,
#ifdef __x86_64__
        &policy_lanes_avx2,
        &policy_lanes_avx512,
#endif
    };

    return i < count_tables() ? tables[i] : NULL;
}

const policy_lanes_table_t *
policy_lanes_best(void)
{
    return policy_lanes_at(count_tables() - 1);
}
