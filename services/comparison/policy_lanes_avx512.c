/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_lanes.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl"))),              \
                             apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl")
#endif

#define VECTOR __m512i
#define VECTOR_ALL(x) _mm512_set1_epi64(x)
#define VECTOR_LOAD(p) _mm512_loadu_si512(p)
#define VECTOR_STORE(p, x) _mm512_storeu_si512((p), (x))
#define VECTOR_ADD(x, y) _mm512_add_epi64((x), (y))
#define VECTOR_MUL(x, y) _mm512_mul_epu32((x), (y))
#define VECTOR_MUL_SIGNED(x, y) _mm512_mul_epi32((x), (y))
#define VECTOR_SHIFT(x, by) _mm512_srl_epi64((x), (by))
#define VECTOR_LOOK_UP(low, keys, high) _mm512_permutex2var_epi64((low), (keys), (high))

#define POLICY_LANES_TABLE policy_lanes_avx512
#define POLICY_LANES_NAME "avx512"
#include "policy_lanes_loops.inc"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
