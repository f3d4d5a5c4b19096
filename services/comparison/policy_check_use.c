/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_check.h"
#include "policy_hint.h"
#include "policy_number.h"
#include <string.h>

/* What nothing uses: mostly a number that another one was meant to replace.  Names are looked for in all that is written,
 * save in texts for the reader. */

#define FAR_YEARS 20

static bool
is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static bool
mentions(const char *text, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = strstr(text, name); p != NULL; p = strstr(p + 1, name))
        if ((p == text || !is_name_char(p[-1])) && (!is_name_char(p[n]) || (p[n] == '.' && !is_name_char(p[n + 1]))))
            return true;
    return false;
}

static bool
node_mentions(const yaml_node_t *node, const char *name)
{
    static const char *const texts[] = { "label", "basis", "note", "confidence" };

    if (yaml_kind(node) == YAML_SCALAR)
        return mentions(yaml_text(node), name);
    for (size_t i = 0; i < yaml_count(node); i++) {
        if (yaml_kind(node) == YAML_MAP && str_in(yaml_key_at(node, i), texts, COUNT_OF(texts)))
            continue;
        if (node_mentions(yaml_at(node, i), name))
            return true;
    }
    return false;
}

static bool
is_used(const policy_t *self, const char *name)
{
    static const char *const texts[] = { "label", "basis", "note", "confidence" };

    if (policy_number_is_known(name))
        return true;

    for (size_t s = 0; s < SECTION_COUNT; s++)
        for (size_t i = 0; i < self->entry_count[s]; i++)
            for (size_t k = 0; k < self->entries[s][i].attr_count; k++) {
                const policy_attr_t *attr = &self->entries[s][i].attrs[k];

                if (!str_in(attr->name, texts, COUNT_OF(texts)) && node_mentions(attr->value, name))
                    return true;
            }
    return false;
}

/* A value that begins long after all others: the year is perhaps mistyped. */
static void
check_far(const policy_t *self, policy_problems_t *notes)
{
    int32_t latest = INT32_MIN;

    for (size_t i = 0; i < self->def_count; i++)
        if (self->defs[i]->kind == DEF_PARAMETER && self->defs[i]->param.value_count > 0 &&
            self->defs[i]->param.values[0].from > latest)
            latest = self->defs[i]->param.values[0].from;
    for (size_t i = 0; i < self->def_count; i++) {
        const policy_def_t *def = self->defs[i];

        for (size_t k = 1; def->kind == DEF_PARAMETER && k < def->param.value_count; k++) {
            const policy_attr_t *values = policy_attr(def->entry, "values");
            char day[DATE_TEXT_SIZE];

            if (def->param.values[k].from <= date_add_months(latest, 12 * FAR_YEARS))
                continue;
            date_format(def->param.values[k].from, day);
            policy_problem(notes, values->source, yaml_at(values->value, k),
                           "“%s” changes on %s, more than %d years after any other number begins: is the year right?",
                           def->name, day, FAR_YEARS);
        }
    }
}

static void
check_end(const policy_def_t *def, policy_problems_t *notes)
{
    const policy_param_t *param = &def->param;
    int32_t until = param->value_count > 0 ? param->values[param->value_count - 1].until : DATE_OPEN;
    const policy_attr_t *values = policy_attr(def->entry, "values");
    char day[DATE_TEXT_SIZE];

    if (until == DATE_OPEN)
        return;
    date_format(until, day);
    policy_problem(notes, values->source, yaml_at(values->value, param->value_count - 1),
                   "“%s” ends on %s and nothing follows: what needs it cannot be told from then on", def->name, day);
}

void
policy_check_uses(const policy_t *self, policy_problems_t *notes)
{
    for (size_t i = 0; i < self->def_count; i++) {
        const policy_def_t *def = self->defs[i];

        if ((def->kind == DEF_DERIVED || def->kind == DEF_GROUP) && def->entry != NULL && !is_used(self, def->name) &&
            def != self->counted && policy_nearest_other(self, def) != NULL)
            policy_problem(notes, def->entry->source, def->entry->key,
                           "nothing in this policy uses “%s”: did you mean “%s”?", def->name,
                           policy_nearest_other(self, def));
        if (def->kind != DEF_PARAMETER)
            continue;
        if (is_used(self, def->name))
            check_end(def, notes);
        else
            policy_problem(notes, def->entry->source, def->entry->key, "nothing in this policy uses “%s”", def->name);
    }
    check_far(self, notes);
}

void
policy_check_meaning(const policy_t *self, policy_problems_t *problems, policy_problems_t *notes)
{
    policy_check_reach(self, problems, notes);
    if (problems->count == 0 && !self->abstract) /* without the places' numbers nothing can be said */
        policy_check_slopes(self, notes);
    policy_check_uses(self, notes);
}
