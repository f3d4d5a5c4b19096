/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_LANES_H
#define COMPARISON_POLICY_LANES_H

/* The loops of a plan: one operation over plain columns, without a branch on what is known or too large.  The same text
 * is compiled for several instruction sets; all give the same bytes.  A number is an int64, a flag or a mark of the
 * unknown is one byte, 0 or 1.  No column of a result overlaps one of an operand. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t n;              /* lanes of the result */
    void *d;               /* the result */
    const void *a, *b, *c; /* operands */
    int64_t s, t;          /* numbers that are the same for all lanes */
    int64_t r, factor;     /* of a division */
    uint64_t magic;
    uint32_t shift;
    const int64_t *table;  /* POLICY_TABLE numbers */
    const uint32_t *first; /* households + 1: where the members of each begin */
    size_t households;
    size_t members; /* lanes of the operands of a fold */
    int64_t *sums;  /* members + 1: room for a fold */
} policy_lane_args_t;
typedef void (*policy_lane_fn)(const policy_lane_args_t *);

/* Numbers looked up, by keys from 0. */
#define POLICY_TABLE 16

/* name, what it writes to d */
#define POLICY_LANES(X)                                                                                                \
    X(narrow)        /* flag: a ≠ 0 */                                                                                 \
    X(widen)         /* number: flag a */                                                                              \
    X(add)           /* a + b */                                                                                       \
    X(add_s)         /* a + s */                                                                                       \
    X(sub)           /* a − b */                                                                                       \
    X(rsub_s)        /* s − a */                                                                                       \
    X(mul)           /* a × b */                                                                                       \
    X(mul_small)     /* a × b, both in 32 bits */                                                                      \
    X(mul_s)         /* a × s */                                                                                       \
    X(mul_s_small)   /* a × s, both in 32 bits */                                                                      \
    X(min)                                                                                                             \
    X(max)                                                                                                             \
    X(min_s)                                                                                                           \
    X(max_s)                                                                                                           \
    X(lt)            /* flag: a < b */                                                                                 \
    X(le)                                                                                                              \
    X(eq)                                                                                                              \
    X(lt_s)          /* flag: a < s */                                                                                 \
    X(gt_s)          /* flag: a > s */                                                                                 \
    X(eq_s)                                                                                                            \
    X(not_f)         /* flags */                                                                                       \
    X(and_f)                                                                                                           \
    X(or_f)                                                                                                            \
    X(andn_f)        /* a and not b */                                                                                 \
    X(orn_f)         /* a or not b */                                                                                  \
    X(nor_f)         /* neither a nor b */                                                                             \
    X(and_marks)     /* a and (b or c) */                                                                              \
    X(answer)        /* a, and 2 where flag b */                                                                       \
    X(mask)          /* number: a where flag b, else 0 */                                                              \
    X(maskn)         /* number: 0 where flag b, else a */                                                              \
    X(select_f)      /* flag: a ? b : c */                                                                             \
    X(select)        /* number: flag a ? b : c */                                                                      \
    X(select_vs)     /* number: flag a ? b : s */                                                                      \
    X(select_sv)     /* number: flag a ? s : c */                                                                      \
    X(select_ss)     /* number: flag a ? s : t */                                                                      \
    X(divide_small)  /* (a + s) / divisor × t + r, 0 ≤ a + s < 2^31 */                                                 \
    X(divide_scaled) /* the same with a × factor in place of a, each in 32 bits */                                     \
    X(divide)        /* (a + s) / divisor × t + r, 0 ≤ a + s */                                                        \
    X(look_up)       /* number: table[a], 0 ≤ a < POLICY_TABLE */                                                      \
    X(look_up_bit)   /* flag: bit a of magic, 0 ≤ a < 64 */                                                            \
    X(spread)        /* number of each household to its members */                                                     \
    X(spread_f)                                                                                                        \
    X(sum)           /* of a over members where flag b */                                                              \
    X(sum_all)                                                                                                         \
    X(count)         /* number: of members with flag a */                                                              \
    X(count_and)     /* number: of members with flags a and b */                                                       \
    X(any)           /* flag: a member with a */                                                                       \
    X(any_and)       /* flag: a member with a and b */

typedef enum {
#define X(name) LANE_##name,
    POLICY_LANES(X)
#undef X
        LANE_COUNT_
} policy_lane_t;

typedef struct {
    const char *name;
    policy_lane_fn fn[LANE_COUNT_];
    void (*bounds)(const int64_t *a, size_t n, int64_t *ret_lo, int64_t *ret_hi); /* n > 0 */
    uint8_t (*marks)(const uint8_t *a, size_t n);                                 /* all of them, or-ed */
    /* Whether each mark is the negation of the flag, or of “the number is not 0”; one of the two columns is NULL. */
    bool (*opposite)(const uint8_t *marks, const uint8_t *flags, const int64_t *numbers, size_t n);
    /* first[0 … n], made relative to the first; the largest step, or UINT32_MAX when one is negative */
    uint32_t (*offsets)(const uint32_t *first, size_t n, uint32_t *ret);
} policy_lanes_table_t;

/* The fastest that this machine runs. */
const policy_lanes_table_t *policy_lanes_best(void);
/* All that this machine runs, by number; NULL after the last.  Number 0 needs nothing special. */
const policy_lanes_table_t *policy_lanes_at(size_t i);

extern const policy_lanes_table_t policy_lanes_plain;
#ifdef __x86_64__
extern const policy_lanes_table_t policy_lanes_avx2, policy_lanes_avx512;
#endif

#endif
