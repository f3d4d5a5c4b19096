/* SPDX-License-Identifier: Apache-2.0 */
#include "print_case.h"

#include "domain/date.h"
#include "domain/money.h"
#include <string.h>

static const char *const relations[REL_COUNT] = { "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling", "other" };

static void
print_day(str_t *ret, const char *key, int32_t day)
{
    char text[DATE_TEXT_SIZE];

    date_format(day, text);
    str_printf(ret, "%s: %s", key, text);
}

static void
print_facts(const terms_t *terms, const fact_t *facts, size_t n, const char *indent, str_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        str_printf(ret, "%s- { kind: %s, ", indent, terms_word(terms, f->kind));
        print_day(ret, "from", f->from);
        if (f->to != DATE_OPEN) {
            str_add(ret, ", ");
            print_day(ret, "to", f->to);
        }
        str_printf(ret, ", value: %lld", (long long) f->value);
        if (f->code != 0)
            str_printf(ret, ", code: %s", terms_word(terms, f->code));
        str_add(ret, " }\n");
    }
}

static void
print_members(const terms_t *terms, const dossier_t *d, const char *indent, str_t *ret)
{
    AUTO_STR deeper = STR_INIT;

    str_printf(&deeper, "%s    ", indent);
    for (size_t m = 0; m < d->member_count; m++) {
        const member_t *member = &d->members[m];

        str_printf(ret, "%s- id: m%zu\n%s  relation: %s\n%s  ", indent, m, indent, relations[member->relation], indent);
        print_day(ret, "born", member->born);
        str_printf(ret, "\n%s  sex: %s\n", indent, member->male ? "m" : "f");
        if (member->fact_count > 0)
            str_printf(ret, "%s  facts:\n", indent);
        print_facts(terms, member->facts, member->fact_count, str_c(&deeper), ret);
    }
}

static void
print_verdict(const char *name, const policy_verdict_t *v, str_t *ret)
{
    static const char *const answers[] = { "no", "yes", "unknown" };
    char amount[MONEY_TEXT_SIZE];

    str_printf(ret, "%s: { qualifies: %s, keeps: %s", name, answers[v->qualifies], answers[v->keeps]);
    if (v->has_amount) {
        money_format(v->amount, amount);
        str_printf(ret, ", amount: %s", amount);
    }
    str_add(ret, " }");
}

static void
print_expect(const policy_t *policy, const policy_result_t *result, const dossier_t *d, str_t *ret)
{
    str_printf(ret, "    expect:\n      counted: %zu\n", result->counted);
    for (size_t c = 0; c < policy_category_count(policy); c++) {
        const char *name = policy_category_name(policy, c);
        char id[24];

        if (policy_category_unit(policy, c) == POLICY_UNIT_HOUSEHOLD) {
            str_add(ret, "      ");
            print_verdict(name, &result->household[c], ret);
            str_add_char(ret, '\n');
            continue;
        }
        for (size_t m = 0; m < d->member_count; m++) {
            str_printf(ret, m == 0 ? "      %s:\n        " : "        ", name);
            (void) snprintf(id, sizeof id, "m%zu", m);
            print_verdict(id, &result->person[c * d->member_count + m], ret);
            str_add_char(ret, '\n');
        }
    }
}

/* What a case cannot say is told in comments. */
static void
print_beyond(const terms_t *terms, const policy_world_t *world, const dossier_t *d, str_t *ret)
{
    for (size_t i = 0; i < world->place_fact_count; i++) {
        str_printf(ret, "    # of place %s:\n", world->place_facts[i].region);
        print_facts(terms, &world->place_facts[i].fact, 1, "    #   ", ret);
    }
    for (size_t i = 0; i < d->supporter_count; i++) {
        const supporter_t *s = &d->supporters[i];

        str_printf(ret, "    # supporter %zu of m%zu: %s\n", i, s->member, s->home == NULL ? "in no household" : "member of this home");
        if (s->home == NULL)
            continue;
        str_printf(ret, "    #   place %zu, %s%s\n", s->place, s->home->urban ? "urban" : "rural", s->home->closed ? ", closed" : "");
        print_members(terms, s->home, "    #   ", ret);
        print_facts(terms, s->home->facts, s->home->fact_count, "    #   ", ret);
    }
}

void
print_case(const policy_t *policy, const terms_t *terms, const policy_world_t *world, const dossier_t *dossier, int32_t day,
           const char *name, str_t *ret)
{
    AUTO(arena) arena = arena_new(65536);
    policy_result_t result;
    err_t err = { 0 };

    str_printf(ret, "  - name: %s\n    ", name);
    print_day(ret, "day", day);
    str_printf(ret, "\n    area: %s\n    region: \"%s\"\n", dossier->urban ? "urban" : "rural", dossier->region);
    if (dossier->closed)
        str_add(ret, "    closed: true\n");
    if (dossier->incomplete)
        str_add(ret, "    incomplete: true\n");
    str_add(ret, dossier->member_count > 0 ? "    members:\n" : "    members: []\n");
    print_members(terms, dossier, "      ", ret);
    if (dossier->fact_count > 0)
        str_add(ret, "    household:\n");
    print_facts(terms, dossier->facts, dossier->fact_count, "      ", ret);
    print_beyond(terms, world, dossier, ret);
    if (policy_assess(policy, world, &dossier, 1, day, arena, &result, &err))
        print_expect(policy, &result, dossier, ret);
    else
        str_printf(ret, "    # not assessed: %s\n", err.text);
}
