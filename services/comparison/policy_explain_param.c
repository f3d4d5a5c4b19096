/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_explain.h"

/* The numbers in force on the day: their basis, how sure they are, and the table where they go by something. */

static const char *
cell_text(const explain_t *x, const policy_param_t *param, int64_t value, str_t *out)
{
    operand_t v = { .num = OPERAND_LITERAL, .den = OPERAND_NONE, .scale = param->scale, .literal = value };

    if (param->unit.kind == UNIT_WORD)
        return param->choices[value];
    (void) explain_value_text(x, v, param->unit, SCOPE_HOUSEHOLD, EXPLAIN_HOUSEHOLD, out);
    return str_c(out);
}

static void
write_cell(const explain_t *x, const policy_param_t *param, const policy_cell_t *cell)
{
    AUTO_STR text = STR_INIT;

    json_out_text(x->out, "value", cell_text(x, param, cell->value, &text));
}

static void
add_range(str_t *out, int64_t low, int64_t high)
{
    if (low == INT64_MIN)
        str_add(out, "else");
    else if (high == INT64_MAX)
        str_printf(out, "%lld+", (long long) low);
    else if (low == high)
        str_printf(out, "%lld", (long long) low);
    else
        str_printf(out, "%lld-%lld", (long long) low, (long long) high);
}

/* One whole number is a number, else the text of the file: "80-89", "3, 80+". */
static void
write_key(const explain_t *x, const policy_param_t *param, const policy_cell_t *cell)
{
    AUTO_STR text = STR_INIT;
    size_t only = 0, count = 0;

    for (size_t i = 0; i < param->key_count; i++) {
        if (param->keys[i].by != BY_NUMBER)
            continue;
        if (count++ > 0)
            str_add(&text, ", ");
        add_range(&text, cell->low[i], cell->high[i]);
        only = i;
    }
    if (count == 1 && cell->low[only] == cell->high[only])
        json_out_i64(x->out, "key", cell->low[only]);
    else
        json_out_text(x->out, "key", str_c(&text));
}

/* Whether the cell is for this household's area and region. */
static bool
is_here(const explain_t *x, const policy_param_t *param, const policy_cell_t *cell)
{
    for (size_t i = 0; i < param->key_count; i++) {
        int64_t key = param->keys[i].by == BY_AREA ? x->dossier->urban : policy_region_number(x->dossier->region);

        if (param->keys[i].by != BY_NUMBER && (key < cell->low[i] || cell->high[i] < key))
            return false;
    }
    return true;
}

/* A cell before this one has the same numbers: it is for a narrower region, and counts. */
static bool
is_hidden(const explain_t *x, const policy_param_t *param, const policy_value_t *v, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        bool same = is_here(x, param, &v->cells[i]);

        for (size_t k = 0; k < param->key_count; k++)
            same = same && (param->keys[k].by != BY_NUMBER ||
                            (v->cells[i].low[k] == v->cells[at].low[k] && v->cells[i].high[k] == v->cells[at].high[k]));
        if (same)
            return true;
    }
    return false;
}

static void
write_cells(const explain_t *x, const policy_param_t *param, const policy_value_t *v)
{
    AUTO_STR by = STR_INIT;

    for (size_t i = 0; i < param->key_count; i++)
        if (param->keys[i].by == BY_NUMBER)
            str_printf(&by, "%s%s", by.len > 0 ? ", " : "", param->keys[i].name);
    if (by.len > 0) {
        json_out_text(x->out, "by", str_c(&by));
        json_out_array(x->out, "table");
    }
    for (size_t i = 0; i < v->cell_count; i++) {
        if (!is_here(x, param, &v->cells[i]) || is_hidden(x, param, v, i))
            continue;
        if (by.len == 0) {
            write_cell(x, param, &v->cells[i]);
            return;
        }
        json_out_object(x->out, NULL);
        write_key(x, param, &v->cells[i]);
        write_cell(x, param, &v->cells[i]);
        json_out_end(x->out);
    }
    if (by.len > 0)
        json_out_end(x->out);
}

void
explain_parameters(const explain_t *x)
{
    json_out_array(x->out, "parameters");
    for (size_t i = 0; i < x->policy->def_count; i++) {
        const policy_def_t *def = x->policy->defs[i];
        const policy_value_t *v = def->kind == DEF_PARAMETER ? policy_value_on(&def->param, x->block->day) : NULL;
        char unit[UNIT_TEXT_SIZE];

        if (v == NULL)
            continue;
        json_out_object(x->out, NULL);
        json_out_text(x->out, "name", def->name);
        explain_label(x, "label", explain_label_or(&def->label, def->name));
        unit_format(def->unit, unit);
        json_out_text(x->out, "unit", def->unit.kind == UNIT_WORD ? "choice" : unit);
        write_cells(x, &def->param, v);
        json_out_date(x->out, "from", v->from);
        if (v->until != DATE_OPEN)
            json_out_date(x->out, "until", v->until);
        json_out_text(x->out, "basis", v->basis);
        json_out_text(x->out, "confidence", policy_confidence_name(v->confidence));
        if (v->note != NULL)
            json_out_text(x->out, "note", v->note);
        json_out_end(x->out);
    }
    json_out_end(x->out);
}
