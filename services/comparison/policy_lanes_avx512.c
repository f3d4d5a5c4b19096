/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_lanes.h"

#ifdef __x86_64__
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl"))),              \
                             apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl")
#endif

#define POLICY_LANES_TABLE policy_lanes_avx512
#define POLICY_LANES_NAME "avx512"
#include "policy_lanes_loops.inc"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
