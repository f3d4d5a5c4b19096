/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_lanes.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2")
#endif

#define VECTOR __m256i
#define VECTOR_ALL(x) _mm256_set1_epi64x(x)
#define VECTOR_LOAD(p) _mm256_loadu_si256((const __m256i_u *) (p))
#define VECTOR_STORE(p, x) _mm256_storeu_si256((__m256i_u *) (p), (x))
#define VECTOR_ADD(x, y) _mm256_add_epi64((x), (y))
#define VECTOR_MUL(x, y) _mm256_mul_epu32((x), (y))
#define VECTOR_MUL_SIGNED(x, y) _mm256_mul_epi32((x), (y))
#define VECTOR_SHIFT(x, by) _mm256_srl_epi64((x), (by))

#define POLICY_LANES_TABLE policy_lanes_avx2
#define POLICY_LANES_NAME "avx2"
#include "policy_lanes_loops.inc"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
