/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "base/num.h"
#include "domain/date.h"
#include "domain/money.h"
#include "policy_lex.h"
#include <stdlib.h>
#include <string.h>

/* The numbers of a parameter: each value holds from a day, for all or cell by cell of what it goes by. */

#define RATIO_DECIMALS 6
#define RATIO_SCALE 1000000 /* of the bounds of a ratio; its values come down to the coarsest that holds them */
#define NO_DAY INT32_MIN   /* of a value that says no day */
#define RATIO_PLAIN_MOST 10 /* a larger one is a slip unless “at_most” says that it is none */
#define REGION_DIGITS 12

/* ---- one number -------------------------------------------------------------------------------------------------- */

/* "1,200" or "1，200": the number that it would be without what parts its thousands. */
static bool
complain_of_commas(reader_t *r, const policy_source_t *source, const yaml_node_t *node, const char *text)
{
    static const char wide[] = "，";
    AUTO_STR bare = STR_INIT;
    int64_t number, scale;
    bool any = false;

    for (const char *p = text; p != NULL && *p != '\0';) {
        size_t n = *p == ',' ? 1 : str_starts(p, wide) ? sizeof wide - 1 : 0;

        any |= n > 0;
        if (n == 0)
            str_add_char(&bare, *p++);
        p += n;
    }
    if (!any || !lex_decimal(str_c(&bare), bare.len, RATIO_DECIMALS, &number, &scale))
        return false;
    policy_problem(r->problems, source, node, "“%s” has a comma between its digits: write %s", text, str_c(&bare));
    return true;
}

static bool
read_decimal(reader_t *r, const policy_param_t *param, const policy_source_t *source, const yaml_node_t *node,
             int64_t *ret)
{
    const char *text = yaml_text(node);
    size_t len = text != NULL ? strlen(text) : 0;
    int64_t number = 0, scale = 1;
    bool percent = len > 0 && param->scale > 1 && text[len - 1] == '%';

    if (percent)
        len--;
    while (percent && len > 0 && text[len - 1] == ' ')
        len--;
    if (text != NULL &&
        lex_decimal(text, len, param->scale == 1 ? 0 : RATIO_DECIMALS - (percent ? 2 : 0), &number, &scale) &&
        num_mul_i64(number, param->scale / scale / (percent ? 100 : 1), ret))
        return true;
    if (complain_of_commas(r, source, node, text))
        return false;
    policy_problem(r->problems, source, node, "“%s” is no %s: write the number alone, its unit stands under “unit”",
                   text != NULL ? text : "this",
                   param->scale == 1 ? "whole number" : "number of at most 6 decimals");
    return false;
}

static bool
read_choice(reader_t *r, const policy_param_t *param, const policy_source_t *source, const yaml_node_t *node,
            int64_t *ret)
{
    size_t i = read_word(r, source, node, param->choices, param->choice_count);

    *ret = (int64_t) i;
    return i != SIZE_MAX;
}

/* In the parameter's unit: fen for money, at `scale` for a ratio, a day, yes or no, the place of a choice. */
static bool
read_number(reader_t *r, const policy_param_t *param, const policy_source_t *source, const yaml_node_t *node,
            int64_t *ret)
{
    const char *text = yaml_text(node);
    int32_t day = 0;

    switch ((unit_kind_t) param->unit.kind) {
    case UNIT_DATE:
        if (!read_date(r, source, node, &day))
            return false;
        *ret = day;
        return true;
    case UNIT_FLAG:
        if (text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
            *ret = strcmp(text, "true") == 0;
            return true;
        }
        policy_problem(r->problems, source, node, "“%s” is neither true nor false", text != NULL ? text : "this");
        return false;
    case UNIT_WORD:
        return read_choice(r, param, source, node, ret);
    case UNIT_QUANTITY:
        break;
    }
    if (param->unit.money == 0)
        return read_decimal(r, param, source, node, ret);
    if (text != NULL && money_parse(text, strlen(text), ret))
        return true;
    if (complain_of_commas(r, source, node, text))
        return false;
    policy_problem(r->problems, source, node, "“%s” is no amount in yuan: digits with at most two decimals, such as 820.00", text != NULL ? text : "this");
    return false;
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

void
read_bounds(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *least = policy_attr(def->entry, "at_least"), *most = policy_attr(def->entry, "at_most");
    const policy_attr_t *any = least != NULL ? least : most;
    policy_param_t *param = &def->param;

    if (any == NULL)
        return;
    if (param->unit.kind == UNIT_FLAG || param->unit.kind == UNIT_WORD) {
        policy_problem(r->problems, any->source, any->key, "“%s” is no number, so it has no bounds", def->name);
        return;
    }
    param->has_least = least != NULL && read_number(r, param, least->source, least->value, &param->least);
    param->has_most = most != NULL && read_number(r, param, most->source, most->value, &param->most);
    if (param->has_least && param->has_most && param->least > param->most)
        policy_problem(r->problems, most->source, most->value, "“at_most” of “%s” is below its “at_least”", def->name);
}

/* 600000 is "0.60" */
static const char *
hundredth(const reader_t *r, int64_t value)
{
    char *text = arena_printf(r->policy->arena, "%lld.%06lld", (long long) (value / RATIO_SCALE),
                              (long long) (value % RATIO_SCALE));

    for (size_t len = strlen(text); text[len - 1] == '0' && text[len - 3] != '.'; len--)
        text[len - 1] = '\0';
    return text;
}

/* A share that was written as so many per cent is the usual slip. */
static void
check_bounds(reader_t *r, const policy_def_t *def, const policy_source_t *source, const yaml_node_t *node,
             int64_t value)
{
    const policy_param_t *param = &def->param;
    const char *text = yaml_text(node), *most, *least;

    if (param->has_most && value > param->most) {
        most = yaml_text(policy_attr(def->entry, "at_most")->value);
        if (param->scale > 1 && value / 100 <= param->most && strchr(text, '%') == NULL)
            policy_problem(r->problems, source, node,
                           "%s is above %s, the most “%s” may be: a share of %s %% is written %s or %s %%", text, most,
                           def->name, text, hundredth(r, value / 100), text);
        else
            policy_problem(r->problems, source, node, "%s is above %s, the most “%s” may be", text, most, def->name);
    }
    if (!param->has_least && param->unit.money == 1 && value < 0)
        policy_problem(r->problems, source, node, "%s is below 0: for an amount that may be so say “at_least”", text);
    if (!param->has_most && param->scale > 1 && value > RATIO_PLAIN_MOST * RATIO_SCALE && strchr(text, '%') == NULL)
        policy_problem(r->problems, source, node,
                       "%s as a ratio is %s times: a share of %s %% is written %s or %s %%; for what is as large as that "
                       "say “at_most”",
                       text, text, text, hundredth(r, value / 100), text);
    if (param->has_least && value < param->least) {
        least = yaml_text(policy_attr(def->entry, "at_least")->value);
        policy_problem(r->problems, source, node, "%s is below %s, the least “%s” may be", text, least, def->name);
    }
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

int64_t
policy_region_number(const char region[13])
{
    int64_t number = 0;
    bool end = false;

    for (size_t i = 0; i < REGION_DIGITS; i++) {
        end = end || region[i] < '0' || region[i] > '9';
        number = number * 10 + (end ? 0 : region[i] - '0');
    }
    return number;
}

/* The first digits of a region stand for all regions that begin with them. */
static bool
region_range(const char *text, int64_t *ret_low, int64_t *ret_high)
{
    size_t len = strlen(text);
    char digits[REGION_DIGITS + 1] = "";
    int64_t rest = 1;

    if (len < 2 || len > REGION_DIGITS || strspn(text, "0123456789") != len || text[0] == '0')
        return false;
    memcpy(digits, text, len + 1);
    for (size_t i = len; i < REGION_DIGITS; i++)
        rest *= 10;
    *ret_low = policy_region_number(digits);
    *ret_high = *ret_low + rest - 1;
    return true;
}

/* "2", "80-89" or "80+". */
static bool
number_range(const char *text, int64_t *ret_low, int64_t *ret_high)
{
    size_t len = strlen(text);
    const char *dash = len > 1 ? strchr(text + 1, '-') : NULL;

    if (dash != NULL)
        return num_i64(text, (size_t) (dash - text), ret_low) && num_i64(dash + 1, strlen(dash + 1), ret_high) &&
               *ret_low < *ret_high;
    if (len > 1 && text[len - 1] == '+') {
        *ret_high = INT64_MAX;
        return num_i64(text, len - 1, ret_low);
    }
    if (!num_i64(text, len, ret_low))
        return false;
    *ret_high = *ret_low;
    return true;
}

static bool
key_range(policy_by_t by, const char *text, int64_t *ret_low, int64_t *ret_high)
{
    bool rest = strcmp(text, "else") == 0 || strcmp(text, "value") == 0;

    switch (by) {
    case BY_AREA:
        if (rest)
            return false;
        *ret_low = *ret_high = strcmp(text, "urban") == 0;
        return *ret_low == 1 || strcmp(text, "rural") == 0;
    case BY_REGION:
        *ret_low = INT64_MIN;
        *ret_high = INT64_MAX;
        return rest || region_range(text, ret_low, ret_high);
    case BY_NUMBER:
        *ret_low = INT64_MIN;
        *ret_high = INT64_MAX;
        return rest || number_range(text, ret_low, ret_high);
    }
    return false;
}

static const char *
keys_wanted(const policy_param_t *param, size_t level)
{
    static const char *const words[] = {
        [BY_AREA] = "urban and rural",
        [BY_REGION] = "the first digits of a region’s code (3206, 320681 …), else",
        [BY_NUMBER] = "the numbers that it goes by (1, 2, 80-89, 90+ …), else",
    };

    return level < param->key_count ? words[param->keys[level].by] : "value";
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static uint64_t
width(const policy_cell_t *cell, size_t level)
{
    return (uint64_t) cell->high[level] - (uint64_t) cell->low[level];
}

static int
by_width(const void *a, const void *b)
{
    const policy_cell_t *x = a, *y = b;

    for (size_t i = 0; i < POLICY_KEYS_MAX; i++) {
        if (width(x, i) != width(y, i))
            return width(x, i) < width(y, i) ? -1 : 1;
        if (x->low[i] != y->low[i])
            return x->low[i] < y->low[i] ? -1 : 1;
    }
    return 0;
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

static bool
is_value_attr(const char *key)
{
    static const char *const words[] = { "from", "until", "basis", "confidence", "note" };

    return str_in(key, words, COUNT_OF(words));
}

/* Two keys of one map that hold the same number, neither within the other, leave open which value is meant. */
static void
check_ranges(reader_t *r, policy_by_t by, const policy_source_t *source, const yaml_node_t *map)
{
    for (size_t i = 0; i < yaml_count(map); i++) {
        for (size_t k = 0; k < i; k++) {
            int64_t a[2], b[2];
            bool within, around;

            if (!key_range(by, yaml_key_at(map, i), &a[0], &a[1]) ||
                !key_range(by, yaml_key_at(map, k), &b[0], &b[1]) || a[1] < b[0] || b[1] < a[0])
                continue;
            within = b[0] <= a[0] && a[1] <= b[1];
            around = a[0] <= b[0] && b[1] <= a[1];
            if (within != around)
                continue;
            policy_problem(r->problems, source, yaml_key_node_at(map, i), "“%s” and “%s” overlap", yaml_key_at(map, k),
                           yaml_key_at(map, i));
        }
    }
}

static void
read_cell(reader_t *r, const policy_def_t *def, const policy_source_t *source, const yaml_node_t *node,
          policy_cell_t cell, policy_value_t *v)
{
    if (!read_number(r, &def->param, source, node, &cell.value))
        return;
    check_bounds(r, def, source, node, cell.value);
    v->cells[v->cell_count++] = cell;
}

/* "value": the same for every key that has none of its own. */
static void
read_everywhere(reader_t *r, const policy_def_t *def, const policy_source_t *source, const yaml_node_t *node,
                policy_value_t *v)
{
    policy_cell_t cell = { .value = 0 };

    for (size_t i = 0; i < def->param.key_count; i++) {
        cell.low[i] = INT64_MIN;
        cell.high[i] = INT64_MAX;
    }
    read_cell(r, def, source, node, cell, v);
}

/* The keys of one level; below the last stands the number. */
static void
read_cells(reader_t *r, policy_def_t *def, const policy_source_t *source, const yaml_node_t *map, size_t level,
           policy_cell_t cell, policy_value_t *v)
{
    const policy_param_t *param = &def->param;
    bool last = level + 1 >= param->key_count;
    size_t keys = 0, bad = 0;

    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *key = yaml_key_at(map, i);
        const yaml_node_t *node = yaml_at(map, i);

        if (level == 0 && is_value_attr(key))
            continue;
        if (level == 0 && strcmp(key, "value") == 0) {
            read_everywhere(r, def, source, node, v);
            keys += param->key_count > 0 && param->keys[0].by == BY_AREA ? 2 : 1;
            continue;
        }
        if (level >= param->key_count || !key_range(param->keys[level].by, key, &cell.low[level], &cell.high[level])) {
            policy_problem(r->problems, source, yaml_key_node_at(map, i), "“%s” is not known in a value: use %s%s", key,
                           level == 0 ? "from, until, " : "", keys_wanted(param, level));
            bad++;
            continue;
        }
        keys++;
        if (!last && yaml_kind(node) == YAML_MAP) {
            read_cells(r, def, source, node, level + 1, cell, v);
        } else if (!last) {
            policy_problem(r->problems, source, node, "“%s” goes by two things: %s: { %s }", def->name, key,
                           keys_wanted(param, level + 1));
        } else {
            read_cell(r, def, source, node, cell, v);
        }
    }
    if (param->key_count > 0)
        check_ranges(r, param->keys[level].by, source, map);
    if (bad == 0 && (keys == 0 || (param->key_count > level && param->keys[level].by == BY_AREA && keys < 2)))
        policy_problem(r->problems, source, map, "“%s” needs %s here", def->name, keys_wanted(param, level));
}

/* How many numbers stand in a value: room for its cells. */
static size_t
count_scalars(const yaml_node_t *node)
{
    size_t n = 1;

    for (size_t i = 0; i < yaml_count(node); i++)
        n += count_scalars(yaml_at(node, i));
    return n;
}

static void
read_value(reader_t *r, policy_def_t *def, const policy_source_t *source, const yaml_node_t *node, policy_value_t *v)
{
    if (yaml_kind(node) != YAML_MAP) {
        policy_problem(r->problems, source, node, "a value is { from: 2024-07-01, … }");
        return;
    }
    if (yaml_get(node, "from") == NULL) {
        policy_problem(r->problems, source, node, "this value does not say since when it holds: add “from: 2024-07-01”");
        v->from = NO_DAY;
    }
    v->cells = arena_new_array(r->policy->arena, policy_cell_t, count_scalars(node));
    for (size_t i = 0; i < yaml_count(node); i++)
        (void) read_value_attr(r, source, yaml_key_at(node, i), yaml_at(node, i), v);
    read_cells(r, def, source, node, 0, (policy_cell_t){ .value = 0 }, v);
    qsort(v->cells, v->cell_count, sizeof(policy_cell_t), by_width);
}

/* ---- all values -------------------------------------------------------------------------------------------------- */

/* [ from: 2024-07-01, value: 1 ] is a list of two maps to YAML. */
static bool
is_cut_up(const yaml_node_t *values)
{
    const yaml_node_t *first = yaml_at(values, 0);

    return yaml_count(values) > 1 && yaml_kind(first) == YAML_MAP && yaml_count(first) == 1 &&
           yaml_get(first, "from") != NULL && yaml_get(yaml_at(values, 1), "from") == NULL;
}

static void
check_dates(reader_t *r, const policy_def_t *def, const policy_attr_t *values)
{
    const policy_param_t *param = &def->param;

    for (size_t i = 0; i < param->value_count; i++) {
        const policy_value_t *v = &param->values[i], *before = i > 0 ? &param->values[i - 1] : NULL;
        const yaml_node_t *node = yaml_at(values->value, i);
        char a[DATE_TEXT_SIZE], b[DATE_TEXT_SIZE];

        if (v->from == NO_DAY || (before != NULL && before->from == NO_DAY))
            continue;
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
read_values(reader_t *r, policy_def_t *def, const policy_attr_t *values)
{
    policy_param_t *param = &def->param;

    if (yaml_kind(values->value) != YAML_LIST || yaml_count(values->value) == 0) {
        policy_problem(r->problems, values->source, values->value, "“values” is a list, each with the day from which it holds: - { from: 2024-07-01, … }");
        def->broken = true;
        return;
    }
    if (is_cut_up(values->value)) {
        policy_problem(r->problems, values->source, values->value,
                       "each value stands in braces: values: [ { from: 2024-07-01, value: … } ]");
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
