/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "base/num.h"
#include "domain/date.h"
#include "domain/money.h"
#include "policy_lex.h"
#include <string.h>

/* Dated values of a parameter: each from a day, until the next one's day or its own last day. */

#define RATIO_DECIMALS 6
#define RATIO_SCALE 1000000

static bool
is_money(unit_t unit)
{
    return unit.kind == UNIT_QUANTITY && unit.money == 1;
}

/* One number in the parameter's unit: fen for money, at RATIO_SCALE for a ratio, else the plain number. */
static bool
read_number(reader_t *r, const policy_def_t *def, const policy_source_t *source, const yaml_node_t *node, int64_t *ret)
{
    const policy_param_t *param = &def->param;
    const char *text = yaml_text(node);
    int64_t number = 0, scale = 1;
    size_t len = text != NULL ? strlen(text) : 0;

    if (text != NULL && param->unit.kind == UNIT_DATE) {
        int32_t day = 0;
        bool ok = read_date(r, source, node, &day);

        *ret = day;
        return ok;
    }
    if (text != NULL && is_money(param->unit)) {
        if (money_parse(text, len, ret))
            return true;
        policy_problem(r->problems, source, node, "“%s” is no amount in yuan (820.00)", text);
        return false;
    }
    if (text != NULL && param->unit.kind == UNIT_FLAG) {
        if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
            *ret = strcmp(text, "true") == 0;
            return true;
        }
        policy_problem(r->problems, source, node, "“%s” is neither true nor false", text);
        return false;
    }
    if (text == NULL || !lex_decimal(text, len, param->scale == 1 ? 0 : RATIO_DECIMALS, &number, &scale) ||
        !num_mul_i64(number, param->scale / scale, ret)) {
        policy_problem(r->problems, source, node, "“%s” is no %s", text != NULL ? text : "this",
                       param->scale == 1 ? "whole number" : "number of at most 6 decimals");
        return false;
    }
    return true;
}

static bool
cell_key(const policy_param_t *param, const char *name, int64_t *ret)
{
    switch (param->by) {
    case BY_NOTHING:
        *ret = 0;
        return strcmp(name, "value") == 0;
    case BY_AREA:
        *ret = strcmp(name, "urban") == 0;
        return *ret == 1 || strcmp(name, "rural") == 0;
    case BY_NUMBER:
        return num_i64(name, strlen(name), ret);
    }
    return false;
}

/* from, until, basis, confidence and note of a value; false when the key is none of them. */
static bool
read_value_attr(reader_t *r, const policy_source_t *source, const char *key, const yaml_node_t *node, policy_value_t *v)
{
    if (strcmp(key, "from") == 0)
        (void) read_date(r, source, node, &v->from);
    else if (strcmp(key, "until") == 0)
        (void) read_date(r, source, node, &v->until);
    else if (strcmp(key, "basis") == 0)
        v->basis = yaml_text(node);
    else if (strcmp(key, "confidence") == 0)
        (void) read_confidence(r, source, node, &v->confidence);
    else if (strcmp(key, "note") == 0)
        v->note = yaml_text(node);
    else
        return false;
    return true;
}

static void
read_value(reader_t *r, policy_def_t *def, const policy_source_t *source, const yaml_node_t *node, policy_value_t *v)
{
    policy_param_t *param = &def->param;
    static const char *const cells[] = { "value", "urban and rural", "the numbers that it goes by (1, 2 …)" };

    if (yaml_kind(node) != YAML_MAP || yaml_get(node, "from") == NULL) {
        policy_problem(r->problems, source, node, "a value is { from: 2024-07-01, … }");
        return;
    }
    v->cells = arena_new_array(r->policy->arena, policy_cell_t, yaml_count(node));
    for (size_t i = 0; i < yaml_count(node); i++) {
        const char *key = yaml_key_at(node, i);
        policy_cell_t cell = { 0 };

        if (read_value_attr(r, source, key, yaml_at(node, i), v))
            continue;
        if (!cell_key(param, key, &cell.key)) {
            policy_problem(r->problems, source, yaml_key_node_at(node, i),
                           "“%s” is not known in a value: use from, until, %s", key, cells[param->by]);
            continue;
        }
        if (read_number(r, def, source, yaml_at(node, i), &cell.value))
            v->cells[v->cell_count++] = cell;
    }
    if (v->cell_count == 0 || (param->by == BY_AREA && v->cell_count != 2))
        policy_problem(r->problems, source, node, "“%s” needs %s here", def->name, cells[param->by]);
}

static void
check_dates(reader_t *r, const policy_def_t *def, const policy_attr_t *values)
{
    const policy_param_t *param = &def->param;

    for (size_t i = 0; i < param->value_count; i++) {
        const policy_value_t *v = &param->values[i], *before = i > 0 ? &param->values[i - 1] : NULL;
        const yaml_node_t *node = yaml_at(values->value, i);
        char a[DATE_TEXT_SIZE], b[DATE_TEXT_SIZE];

        date_format(v->from, a);
        if (v->until < v->from)
            policy_problem(r->problems, values->source, node, "“%s” ends before it begins (from %s)", def->name, a);
        if (before == NULL)
            continue;
        if (before->from >= v->from) {
            policy_problem(r->problems, values->source, node,
                           "“%s” from %s overlaps the value before it: later dates come later", def->name, a);
        } else if (before->until != DATE_OPEN && before->until >= v->from) {
            policy_problem(r->problems, values->source, node,
                           "“%s” from %s overlaps the value before it, which holds until later", def->name, a);
        } else if (before->until != DATE_OPEN && before->until + 1 < v->from) {
            date_format(before->until + 1, b);
            policy_problem(r->problems, values->source, node, "“%s” has a gap: no value from %s to the day before %s",
                           def->name, b, a);
        }
    }
}

static void
read_by(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *by = policy_attr(def->entry, "by");
    policy_param_t *param = &def->param;

    if (by == NULL)
        return;
    param->by_name = read_text(r, by, "“area”, or the name of a number such as disability.grade");
    if (param->by_name != NULL)
        param->by = strcmp(param->by_name, "area") == 0 ? BY_AREA : BY_NUMBER;
}

static bool
is_local(const policy_attr_t *values)
{
    const char *text = yaml_text(values->value);

    return text != NULL && strcmp(text, "local") == 0;
}

/* The coarsest scale that holds every value exactly: small numbers leave more room before an overflow. */
static void
reduce_scale(policy_param_t *param)
{
    while (param->scale > 1) {
        for (size_t i = 0; i < param->value_count; i++)
            for (size_t k = 0; k < param->values[i].cell_count; k++)
                if (param->values[i].cells[k].value % 10 != 0)
                    return;
        for (size_t i = 0; i < param->value_count; i++)
            for (size_t k = 0; k < param->values[i].cell_count; k++)
                param->values[i].cells[k].value /= 10;
        param->scale /= 10;
    }
}

void
read_param(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *unit = read_required(r, def, "unit"), *values = read_required(r, def, "values");
    policy_param_t *param = &def->param;

    param->scale = 1;
    def->broken = unit == NULL || values == NULL || !read_unit(r, unit, &param->unit);
    if (def->broken)
        return;
    if (strcmp(yaml_text(unit->value), "ratio") == 0)
        param->scale = RATIO_SCALE;
    def->unit = param->unit;
    param->local = is_local(values);
    read_basis(r, def, true);
    read_by(r, def);
    if (param->local) {
        if (!r->policy->abstract)
            policy_problem(r->problems, r->policy->sources[0], yaml_doc_root(r->policy->sources[0]->doc),
                           "“%s” is left to the places by %s: give its values, with their basis, under “parameters”",
                           def->name, values->source->path);
        return;
    }
    if (policy_attr(def->entry, "confidence") == NULL)
        policy_problem(
            r->problems, def->entry->source, def->entry->key,
            "“%s” does not say how sure its numbers are: add “confidence: verified|excerpt|low|background|assumed”",
            def->name);
    if (yaml_kind(values->value) != YAML_LIST || yaml_count(values->value) == 0) {
        policy_problem(r->problems, values->source, values->value, "“values” is a list of { from: …, … }");
        def->broken = true;
        return;
    }
    param->value_count = yaml_count(values->value);
    param->values = arena_new_array(r->policy->arena, policy_value_t, param->value_count);
    for (size_t i = 0; i < param->value_count; i++) {
        policy_value_t *v = &param->values[i];

        *v = (policy_value_t){ .until = DATE_OPEN, .basis = def->basis, .confidence = def->confidence };
        read_value(r, def, values->source, yaml_at(values->value, i), v);
    }
    reduce_scale(param);
    check_dates(r, def, values);
}

const policy_value_t *
policy_value_on(const policy_param_t *param, int32_t day)
{
    for (size_t i = param->value_count; i-- > 0;)
        if (param->values[i].from <= day)
            return day <= param->values[i].until ? &param->values[i] : NULL;
    return NULL;
}
