/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include <string.h>

/* A parameter: its unit, what its values go by, their bounds, and who gives them. */

#define RATIO_SCALE 1000000

static void
read_by(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *by = policy_attr(def->entry, "by");
    policy_param_t *param = &def->param;
    const char **names = NULL;
    size_t n;

    if (by == NULL)
        return;
    n = read_texts(r, by, &names);
    if (n == 0 || n > POLICY_KEYS_MAX) {
        policy_problem(r->problems, by->source, by->value,
                       "“by” is area, region, the name of a number such as disability.grade, or a list of two of them");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        policy_key_t *key = &param->keys[param->key_count++];

        *key = (policy_key_t){ .by = strcmp(names[i], "area") == 0     ? BY_AREA
                                     : strcmp(names[i], "region") == 0 ? BY_REGION
                                                                       : BY_NUMBER,
                               .name = names[i],
                               .source = by->source,
                               .node = yaml_kind(by->value) == YAML_LIST ? yaml_at(by->value, i) : by->value };
    }
    if (n == 2 && strcmp(names[0], names[1]) == 0)
        policy_problem(r->problems, by->source, by->value, "“%s” goes by “%s” twice", def->name, names[0]);
}

/* A choice among words, by which a place says how it does things. */
static void
read_choices(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *choices = policy_attr(def->entry, "choices");
    policy_param_t *param = &def->param;

    if (param->unit.kind != UNIT_WORD) {
        if (choices != NULL)
            policy_problem(r->problems, choices->source, choices->key, "“choices” belongs to “unit: choice”");
        return;
    }
    choices = read_required(r, def, "choices");
    if (choices == NULL) {
        def->broken = true;
        return;
    }
    param->choice_count = read_texts(r, choices, &param->choices);
    for (size_t i = 0; i < param->choice_count; i++)
        if (!read_is_name(param->choices[i]) || str_in(param->choices[i], param->choices, i))
            policy_problem(r->problems, choices->source, choices->value,
                           "“%s” cannot be a choice: each is another word of lower-case letters, digits and _",
                           param->choices[i]);
}

static bool
values_are(const policy_attr_t *values, const char *word)
{
    const char *text = yaml_text(values->value);

    return text != NULL && strcmp(text, word) == 0;
}

static bool
read_param_unit(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *unit = read_required(r, def, "unit");
    policy_param_t *param = &def->param;

    param->scale = 1;
    if (unit == NULL)
        return false;
    if (yaml_text(unit->value) != NULL && strcmp(yaml_text(unit->value), "choice") == 0)
        param->unit = UNIT_WORD_;
    else if (!read_unit(r, unit, &param->unit))
        return false;
    if (strcmp(yaml_text(unit->value), "ratio") == 0)
        param->scale = RATIO_SCALE;
    def->unit = param->unit;
    return true;
}

void
read_param(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *values = read_required(r, def, "values");
    policy_param_t *param = &def->param;

    def->broken = !read_param_unit(r, def) || values == NULL;
    if (def->broken)
        return;
    param->local = values_are(values, "local");
    param->open = values_are(values, "open");
    read_basis(r, def, true);
    read_by(r, def);
    read_choices(r, def);
    read_bounds(r, def);
    if (param->local && !r->policy->abstract)
        policy_problem(r->problems, r->policy->sources[0], yaml_doc_root(r->policy->sources[0]->doc),
                       "“%s” is left to the places by %s: give its values, with their basis, under “parameters”",
                       def->name, values->source->path);
    if (param->local || param->open)
        return;
    if (policy_attr(def->entry, "confidence") == NULL)
        policy_problem(
            r->problems, def->entry->source, def->entry->key,
            "“%s” does not say how sure its numbers are: add “confidence: verified|excerpt|low|background|assumed”",
            def->name);
    read_values(r, def, values);
}
