/* SPDX-License-Identifier: Apache-2.0 */
/* The opponent in C: bench.yaml written by hand for exactly these columns, with its numbers as constants of the
 * compiler. Compiled with -O3 -march=native.  Sums cannot overflow for the amounts that occur; wages are never
 * negative. */
#include "columns.h"

#define SHARE_DENOMINATOR 10 /* work cost: a tenth, half up */
#define MEDICAL_LINE 2000000

typedef struct {
    int64_t income, deposits, medical;
    uint32_t counted, vehicles, top_ups;
} sums_t;

static inline int64_t
up_to_yuan(int64_t gap) /* gap / 12 months */
{
    return gap > 0 ? (int64_t) ((uint64_t) (gap + 1199) / 1200) * 100 : -(int64_t) ((uint64_t) -gap / 1200) * 100;
}

static inline void
write_household(const bench_inputs_t *in, const bench_outputs_t *out, size_t h, const sums_t *s)
{
    int64_t standard = in->urban[h] ? 79000 : 76000, top_up = in->urban[h] ? 31600 : 30400;
    int64_t income = s->income > 0 ? s->income : 0, line = 12 * standard * s->counted;
    uint8_t known =
        in->ever_wage[h] | in->ever_business[h] | in->ever_property[h] | in->ever_transfer[h] | in->ever_pension[h];
    uint8_t unknown = known ^ 1;
    uint8_t ok = (uint8_t) ((s->counted > 0) & (s->vehicles == 0) & (s->deposits <= 2 * line));
    uint8_t dibao = (uint8_t) (ok & (income < line)), keeps = (uint8_t) (ok & (income * 100 < line * 103));
    uint8_t marginal = (uint8_t) (ok & (income * 2 < line * 3));
    uint8_t sick = s->medical >= MEDICAL_LINE;

    out->dibao[h] = (uint8_t) ((dibao & known) | unknown << 1);
    out->dibao_keeps[h] = (uint8_t) ((keeps & known) | unknown << 1);
    out->dibao_amount[h] = known ? up_to_yuan(line - income) + top_up * s->top_ups : 0;
    out->dibao_amount_unknown[h] = unknown;
    out->marginal[h] = (uint8_t) ((marginal & known & (dibao ^ 1)) | unknown << 1);
    out->marginal_keeps[h] = (uint8_t) ((marginal & known) | unknown << 1);
    out->medical[h] = sick;
    out->medical_keeps[h] = sick;
}

static const int64_t nursing_amounts[8] = { 0, 17000, 12000, 9000, 0, 0, 0, 0 };

void
bench_loop_fused(const bench_inputs_t *in, const bench_outputs_t *out)
{
    size_t m = 0;

    for (size_t h = 0; h < in->households; h++) {
        size_t end = in->first[h + 1];
        uint8_t open = in->closed[h] ^ 1;
        sums_t s = { 0 };

        for (; m < end; m++) {
            uint64_t wage = (uint64_t) in->wage[m];
            uint8_t alive = open & (in->dead[m] ^ 1), counted = alive & (in->tekun[m] ^ 1);
            int64_t grade = in->grade[m], mask = -(int64_t) counted;
            uint8_t severe = in->certificate[m] & (grade <= 2), nursing = counted & severe;

            s.income += mask & ((int64_t) (wage - (wage + SHARE_DENOMINATOR / 2) / SHARE_DENOMINATOR) +
                                in->business[m] + in->property[m] + in->transfer[m] + in->pension[m]);
            s.counted += counted;
            s.vehicles += open & (in->vehicle[m] != 0);
            s.deposits += -(int64_t) open & in->deposit[m];
            s.medical += -(int64_t) alive & in->medical[m];
            s.top_ups += nursing;
            out->nursing[m] = nursing;
            out->nursing_keeps[m] = nursing;
            out->nursing_amount[m] = nursing_amounts[grade & 7];
            out->nursing_amount_unknown[m] = (uint8_t) ((uint64_t) grade - 1 > 2);
        }
        write_household(in, out, h, &s);
    }
}

/* ---- two steps --------------------------------------------------------------------------------------------------- */

#define BLOCK 256
#define ROOM (BLOCK * 16) /* members of a block; more: a smaller block */

typedef struct {
    int64_t income[ROOM], deposits[ROOM], medical[ROOM];
    uint8_t open[ROOM + 8], counted[ROOM], vehicles[ROOM], nursing[ROOM];
} scratch_t;

/* What each member gives, by plain columns. */
static void
members_of(const bench_inputs_t *in, const bench_outputs_t *out, scratch_t *restrict x, size_t from, size_t n)
{
    const int64_t *restrict wage = in->wage + from, *restrict business = in->business + from;
    const int64_t *restrict property = in->property + from, *restrict transfer = in->transfer + from;
    const int64_t *restrict pension = in->pension + from, *restrict deposit = in->deposit + from;
    const int64_t *restrict medical = in->medical + from, *restrict vehicle = in->vehicle + from;
    const int64_t *restrict grade = in->grade + from;
    const uint8_t *restrict dead = in->dead + from, *restrict tekun = in->tekun + from;
    const uint8_t *restrict certificate = in->certificate + from;
    int64_t *restrict amount = out->nursing_amount + from;
    uint8_t *restrict nursing = out->nursing + from, *restrict keeps = out->nursing_keeps + from;
    uint8_t *restrict unknown = out->nursing_amount_unknown + from;

    for (size_t m = 0; m < n; m++) {
        uint8_t alive = x->open[m] & (dead[m] ^ 1), counted = alive & (tekun[m] ^ 1);
        int64_t cost = (int64_t) ((uint64_t) (uint32_t) (wage[m] + 5) * 3435973837u >> 35);

        x->counted[m] = counted;
        x->nursing[m] = nursing[m] = keeps[m] = (uint8_t) (counted & certificate[m] & (grade[m] <= 2));
        x->income[m] = -(int64_t) counted & (wage[m] - cost + business[m] + property[m] + transfer[m] + pension[m]);
        x->deposits[m] = -(int64_t) x->open[m] & deposit[m];
        x->medical[m] = -(int64_t) alive & medical[m];
        x->vehicles[m] = (uint8_t) (x->open[m] & (vehicle[m] != 0));
    }
    for (size_t m = 0; m < n; m++) {
        amount[m] = grade[m] == 1 ? 17000 : grade[m] == 2 ? 12000 : grade[m] == 3 ? 9000 : 0;
        unknown[m] = (uint8_t) (amount[m] == 0);
    }
}

void
bench_loop_blocked(const bench_inputs_t *in, const bench_outputs_t *out)
{
    static scratch_t x;

    for (size_t h = 0, n; h < in->households; h += n) {
        size_t from = in->first[h];

        for (n = in->households - h < BLOCK ? in->households - h : BLOCK; in->first[h + n] - from > ROOM; n /= 2)
            ;
        for (size_t k = 0; k < n; k++)
            for (size_t m = in->first[h + k]; m < in->first[h + k + 1]; m++)
                x.open[m - from] = in->closed[h + k] ^ 1;
        members_of(in, out, &x, from, in->first[h + n] - from);
        for (size_t k = 0; k < n; k++) {
            sums_t s = { 0 };

            for (size_t m = in->first[h + k] - from; m < in->first[h + k + 1] - from; m++) {
                s.income += x.income[m];
                s.deposits += x.deposits[m];
                s.medical += x.medical[m];
                s.counted += x.counted[m];
                s.vehicles += x.vehicles[m];
                s.top_ups += x.nursing[m];
            }
            write_household(in, out, h + k, &s);
        }
    }
}
