/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_explain.h"

#define ARENA_BLOCK_BYTES 4096

/* Why, and why not: the same program as the assessment's, with every register kept and written out. */

static void
write_head(const explain_t *x)
{
    char version[64];

    policy_version(x->policy, x->block->day, version);
    json_out_text(x->out, "policy", version);
    json_out_text(x->out, "policy_digest", policy_digest(x->policy));
    explain_label(x, "policy_title", x->policy->title);
    json_out_date(x->out, "assessed_on", x->block->day);
}

/* (value − line) / line with four digits, as on findings. */
static void
write_margin_ratio(const explain_t *x, int64_t value, int64_t line)
{
    int64_t over, scaled;

    if (line <= 0 || __builtin_sub_overflow(value, line, &over) || __builtin_mul_overflow(over, 10000, &scaled))
        return;
    AUTO_STR text = STR_INIT;
    int64_t half = scaled < 0 ? -(line / 2) : line / 2;
    int64_t q = (scaled + half) / line;

    str_printf(&text, "%s%lld.%04lld", q < 0 ? "-" : "", (long long) ((q < 0 ? -q : q) / 10000),
               (long long) ((q < 0 ? -q : q) % 10000));
    json_out_text(x->out, "margin_ratio", str_c(&text));
}

static void
write_numbers(const explain_t *x, const policy_def_t *def, size_t lane, size_t member)
{
    const policy_category_t *c = &def->category;
    const policy_verdict_t *v = explain_verdict(x, def, member);
    const policy_block_t *b = x->block;
    int64_t margin = 0;

    if (v->has_amount) {
        const expr_t *tree = v->grace_month != 0 ? c->grace.amount.tree : c->amount.tree;
        AUTO_STR formula = STR_INIT;
        AUTO_STR numbers = STR_INIT;

        json_out_fen(x->out, "amount", v->amount);
        if (tree != NULL) { /* in a period of grace without a formula what is drawn goes on */
            expr_print(tree, &formula, NULL, NULL);
            json_out_text(x->out, "amount_formula", str_c(&formula));
            explain_numbers(x, tree, member, &numbers);
            json_out_text(x->out, "amount_numbers", str_c(&numbers));
        }
    }
    if (c->line_reg < 0 || b->unknown[c->line_reg][lane] || b->unknown[c->value_reg][lane])
        return;
    json_out_fen(x->out, "value", b->value[c->value_reg][lane]);
    json_out_fen(x->out, "line", b->value[c->line_reg][lane]);
    if (!__builtin_sub_overflow(b->value[c->line_reg][lane], b->value[c->value_reg][lane], &margin))
        json_out_fen(x->out, "margin", margin);
    write_margin_ratio(x, b->value[c->value_reg][lane], b->value[c->line_reg][lane]);
}

static void
write_excluded(const explain_t *x, const policy_category_t *c, size_t lane)
{
    json_out_array(x->out, "excluded_by");
    for (size_t i = 0; i < c->after_count; i++) {
        const policy_def_t *other = c->after[i];

        if (x->block->value[other->category.qualifies][lane] == 0)
            continue;
        json_out_object(x->out, NULL);
        json_out_text(x->out, "category", other->category.wire);
        explain_label(x, "label", other->label);
        json_out_end(x->out);
    }
    json_out_end(x->out);
}

static void
write_category(const explain_t *x, const policy_def_t *def, size_t member)
{
    static const char *const units[] = { "household", "person" };
    const policy_category_t *c = &def->category;
    size_t lane = c->unit == POLICY_UNIT_PERSON ? member : 0;
    const policy_verdict_t *v = explain_verdict(x, def, member);
    policy_answer_t answer = (policy_answer_t) v->qualifies;

    json_out_object(x->out, NULL);
    json_out_text(x->out, "category", c->wire);
    json_out_text(x->out, "name", def->name);
    explain_label(x, "label", def->label);
    json_out_text(x->out, "unit", units[c->unit]);
    json_out_text(x->out, "role", policy_role_name(c->role));
    json_out_text(x->out, "basis", def->basis);
    if (c->unit == POLICY_UNIT_PERSON) {
        json_out_uuid(x->out, "person", &x->dossier->members[member].person);
        explain_label(x, "relation", explain_relation(x->dossier->members[member].relation));
    }
    json_out_text(x->out, "answer", explain_answer_word(answer));
    json_out_text(x->out, "keeps", explain_answer_word((policy_answer_t) v->keeps));
    explain_terms(x, def, member);
    write_numbers(x, def, lane, member);
    explain_conditions(x, c, member);
    write_excluded(x, c, lane);
    if (answer == POLICY_UNKNOWN)
        explain_missing(x, c, member);
    explain_sentence(x, def, member);
    json_out_end(x->out);
}

static void
write_categories(const explain_t *x)
{
    json_out_array(x->out, "categories");
    for (size_t i = 0; i < x->policy->category_count; i++) {
        const policy_def_t *def = x->policy->categories[i];

        if (def->category.unit == POLICY_UNIT_HOUSEHOLD)
            write_category(x, def, EXPLAIN_HOUSEHOLD);
        for (size_t m = 0; def->category.unit == POLICY_UNIT_PERSON && m < x->dossier->member_count; m++)
            write_category(x, def, m);
    }
    json_out_end(x->out);
}

/* The months of grace of the verdicts, where the program looks for them. */
static int32_t *
grace_months(const policy_block_t *b, const policy_result_t *result)
{
    size_t stride = policy_block_widest(b), members = b->dossiers[0]->member_count;
    int32_t *months = mem_new_array(int32_t, b->policy->category_count * stride + 1);

    for (size_t c = 0; c < b->policy->category_count; c++) {
        months[c * stride] = result->household[c].grace_month;
        for (size_t m = 0; b->policy->categories[c]->category.unit == POLICY_UNIT_PERSON && m < members; m++)
            months[c * stride + m] = result->person[c * members + m].grace_month;
    }
    return months;
}

static void
write_all(explain_t *x)
{
    int64_t counted = 0, in;

    policy_view_of(x->block, 0, &x->view);
    for (size_t m = 0; m < x->dossier->member_count; m++)
        counted += policy_view_read(&x->view, x->policy->counted->value.num, SCOPE_MEMBER, m, &in) && in != 0;
    write_head(x);
    json_out_i64(x->out, "counted", counted);
    explain_people(x);
    explain_supporters(x);
    explain_values(x);
    write_categories(x);
    explain_score(x);
    explain_parameters(x);
}

bool
policy_explain(const policy_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day, json_out_t *out,
               err_t *err)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    policy_result_t result;
    policy_block_t block;
    explain_t x = { .block = &block, .policy = self, .dossier = dossier, .out = out, .result = &result };
    int32_t *months;

    if (!policy_assess(self, world, &dossier, 1, day, arena, &result, err))
        return err_add(err, "explain");
    policy_block_init(&block, self, world, day, true);
    policy_block_set(&block, &dossier, 1);
    months = grace_months(&block, &result);
    block.grace_months = months;
    block.grace_stride = policy_block_widest(&block);
    policy_block_run(&block);
    write_all(&x);
    policy_block_done(&block);
    mem_free(months);
    return true;
}
