/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_model.h"
#include "policy_number.h"
#include <stdio.h>

/* A policy's version as findings name it: its name and the latest day on which a number changed that findings rest on.
 * The numbers of lists and of categories without findings have days of their own, which make no other finding. */

static void
need(bool *needed, int32_t reg)
{
    if (reg >= 0)
        needed[reg] = true;
}

static void
need_category(bool *needed, const policy_category_t *c)
{
    const policy_term_t *terms[] = { &c->grace, &c->validity, &c->review };

    need(needed, c->qualifies);
    need(needed, c->keeps);
    need(needed, c->amount_reg);
    need(needed, c->line_reg);
    need(needed, c->points_reg);
    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        need(needed, terms[i]->months_reg);
        need(needed, terms[i]->when_reg);
        need(needed, terms[i]->amount_reg);
    }
}

static bool
tells_payments(const policy_t *self, const policy_def_t *category)
{
    char name[128];
    int n = snprintf(name, sizeof name, "payment.%s", category->name);
    const policy_def_t *def = n < (int) sizeof name ? policy_find(self, name, (size_t) n) : NULL;

    return def != NULL && def->kind == DEF_FACT;
}

void
policy_mark_findings(policy_t *self)
{
    for (size_t i = 0; i < self->category_count; i++)
        self->categories[i]->category.tells_payments = tells_payments(self, self->categories[i]);

    const program_t *p = &self->program;
    AUTO_FREE bool *needed = mem_new_array(bool, p->count + 1);
    bool any = false;

    for (size_t i = 0; i < self->category_count; i++)
        if (!self->categories[i]->category.no_findings)
            need_category(needed, &self->categories[i]->category);
    need(needed, self->line_reg);
    for (size_t i = p->count; i-- > 0;) {
        if (!needed[i])
            continue;
        need(needed, p->code[i].a);
        need(needed, p->code[i].b);
        need(needed, p->code[i].c);
        if (p->code[i].op == OP_PARAM)
            any = self->defs[p->code[i].imm]->param.of_findings = true;
    }
    if (any)
        policy_mark_numbers(self);
    /* A policy of lists alone goes by all its numbers. */
    for (size_t i = 0; i < self->def_count && !any; i++)
        if (self->defs[i]->kind == DEF_PARAMETER)
            self->defs[i]->param.of_findings = true;
}

void
policy_version(const policy_t *self, int32_t day, char ret[64])
{
    char text[DATE_TEXT_SIZE];
    int32_t latest = INT32_MIN;

    for (size_t i = 0; i < self->def_count; i++) {
        const policy_param_t *param = &self->defs[i]->param;

        if (self->defs[i]->kind != DEF_PARAMETER || !param->of_findings)
            continue;
        for (size_t k = 0; k < param->value_count; k++)
            if (param->values[k].from <= day && param->values[k].from > latest)
                latest = param->values[k].from;
    }
    if (latest == INT32_MIN) {
        (void) str_copy(ret, 64, self->name);
        return;
    }
    date_format(latest, text);
    (void) snprintf(ret, 64, "%.50s@%s", self->name, text);
}
