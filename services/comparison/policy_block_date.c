/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "domain/date.h"
#include "policy_block.h"

/* Calendar arithmetic over columns of days. */

/* num × to / (den × imm) when that is a whole number of months. */
static bool
whole_months(const policy_lanes_t *l, size_t i, int64_t *ret)
{
    int64_t num, den = l->instr->imm;

    if (l->au[i] || l->bu[i] || (l->cu != NULL && l->cu[i]) || !num_mul_i64(l->bv[i], l->instr->to, &num) ||
        (l->cv != NULL && !num_mul_i64(den, l->cv[i], &den)) || den <= 0 || num % den != 0)
        return false;
    *ret = num / den;
    return true;
}

void
policy_block_date_add(const policy_lanes_t *l)
{
    for (size_t i = 0; i < l->n; i++) {
        int64_t months;
        int32_t day = 0;
        bool ok = whole_months(l, i, &months) && date_shift((int32_t) l->av[i], months, &day);

        l->u[i] = !ok;
        l->v[i] = ok ? day : 0;
    }
}

void
policy_block_date_part(const policy_lanes_t *l)
{
    for (size_t i = 0; i < l->n; i++) {
        int32_t month = date_month((int32_t) l->av[i]);

        l->u[i] = l->au[i];
        switch ((date_part_t) l->instr->mode) {
        case DATE_PART_MONTH:
            l->v[i] = month % 12 + 1;
            break;
        case DATE_PART_YEAR:
            l->v[i] = month / 12;
            break;
        case DATE_PART_MONTH_START:
            l->v[i] = date_month_start(month);
            break;
        }
        if (l->u[i])
            l->v[i] = 0;
    }
}
