/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "domain/money.h"
#include "json/json_in.h"
#include "policy_case.h"
#include "policy_model.h"
#include <stdarg.h>
#include <string.h>

/* What a case expects, held against what came out. */

typedef struct {
    const policy_t *policy;
    const terms_t *terms;
    const char *path;
    const policy_case_t *item;
    policy_case_tally_t *tally;
    str_t *report;
} judge_t;

static void complain(judge_t *j, const yaml_node_t *at, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
complain(judge_t *j, const yaml_node_t *at, const char *fmt, ...)
{
    char text[512];
    va_list args;

    j->tally->failed++;
    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    str_printf(j->report, "%s:%u:%u: “%s”: %s\n", j->path, yaml_line(at), yaml_column(at), j->item->name, text);
}

static void
expect_text(judge_t *j, const char *what, const yaml_node_t *node, const char *got)
{
    j->tally->checks++;
    if (yaml_text(node) == NULL || strcmp(yaml_text(node), got) != 0)
        complain(j, node, "%s: expected %s, got %s", what, yaml_text(node) != NULL ? yaml_text(node) : "?", got);
}

/* Money is compared as money: 290 is 290.00. */
static void
expect_fen(judge_t *j, const char *what, const yaml_node_t *node, bool has, int64_t fen)
{
    const char *wanted = yaml_text(node);
    char text[MONEY_TEXT_SIZE] = "none";
    int64_t number;

    if (has)
        money_format(fen, text);
    if (has && wanted != NULL && money_parse(wanted, strlen(wanted), &number) && number == fen)
        j->tally->checks++;
    else
        expect_text(j, what, node, text);
}

/* A day of a verdict; 0 is “none”. */
static void
expect_day(judge_t *j, const char *what, const yaml_node_t *node, int32_t day)
{
    char text[DATE_TEXT_SIZE] = "none";

    if (day != 0)
        date_format(day, text);
    expect_text(j, what, node, text);
}

/* False when the key is none of these. */
static bool
expect_term(judge_t *j, const char *key, const char *what, const yaml_node_t *node, const policy_verdict_t *v)
{
    char month[12] = "none";

    if (strcmp(key, "valid_until") == 0) {
        expect_day(j, what, node, v->valid_until);
    } else if (strcmp(key, "review_on") == 0) {
        expect_day(j, what, node, v->review_on);
    } else if (strcmp(key, "grace_until") == 0) {
        expect_day(j, what, node, v->grace_until);
    } else if (strcmp(key, "grace_month") == 0) {
        if (v->grace_month != 0)
            (void) snprintf(month, sizeof(month), "%d", (int) v->grace_month);
        expect_text(j, what, node, month);
    } else {
        return false;
    }
    return true;
}

static void
expect_verdict(judge_t *j, const char *category, const char *id, const yaml_node_t *map, const policy_verdict_t *v)
{
    static const char *const answers[] = { "no", "yes", "unknown" };

    if (yaml_kind(map) != YAML_MAP) {
        complain(j, map, "%s: what is expected is a map, such as { qualifies: yes, amount: 290.00 }", category);
        return;
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *key = yaml_key_at(map, i);
        const yaml_node_t *node = yaml_at(map, i);
        char what[128];

        (void) snprintf(what, sizeof(what), "%s%s%s %s", category, *id != '\0' ? " " : "", id, key);
        if (strcmp(key, "qualifies") == 0)
            expect_text(j, what, node, answers[v->qualifies]);
        else if (strcmp(key, "keeps") == 0)
            expect_text(j, what, node, answers[v->keeps]);
        else if (strcmp(key, "amount") == 0)
            expect_fen(j, what, node, v->has_amount, v->amount);
        else if (strcmp(key, "line") == 0)
            expect_fen(j, what, node, true, v->line);
        else if (strcmp(key, "value") == 0)
            expect_fen(j, what, node, true, v->value);
        else if (!expect_term(j, key, what, node, v))
            complain(j, yaml_key_node_at(map, i),
                     "nothing to expect of “%s”: use qualifies, keeps, amount, value, line, valid_until, review_on, "
                     "grace_until, grace_month",
                     key);
    }
}

static size_t
find_category(const policy_t *policy, const char *name)
{
    for (size_t i = 0; i < policy_category_count(policy); i++)
        if (strcmp(policy_category_name(policy, i), name) == 0)
            return i;
    return SIZE_MAX;
}

static void
expect_person(judge_t *j, size_t category, const yaml_node_t *map, const policy_result_t *result)
{
    const char *name = policy_category_name(j->policy, category);

    if (yaml_kind(map) != YAML_MAP) {
        complain(j, map, "“%s” is decided for persons: { %s: { <member>: { qualifies: yes } } }", name, name);
        return;
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *id = yaml_key_at(map, i);
        size_t m = 0;

        while (m < j->item->dossier.member_count && strcmp(j->item->ids[m], id) != 0)
            m++;
        if (m == j->item->dossier.member_count)
            complain(j, yaml_key_node_at(map, i), "%s is decided for persons, and no member is called “%s”", name, id);
        else
            expect_verdict(j, name, id, yaml_at(map, i),
                           &result->person[category * j->item->dossier.member_count + m]);
    }
}

/* evidence: { dibao: [ income.wage, … ] }: the kinds of the facts, in the order in which they are named. */
static void
expect_evidence(judge_t *j, const yaml_node_t *map)
{
    for (size_t i = 0; i < yaml_count(map); i++) {
        const fact_t *facts[64];
        size_t category = find_category(j->policy, yaml_key_at(map, i)), n;
        const yaml_node_t *list = yaml_at(map, i);

        if (category == SIZE_MAX) {
            complain(j, yaml_key_node_at(map, i), "evidence: “%s” is no category of this policy", yaml_key_at(map, i));
            continue;
        }
        n = policy_evidence(j->policy, &j->item->world, &j->item->dossier, j->item->day, category, SIZE_MAX, facts,
                            COUNT_OF(facts));
        j->tally->checks++;
        if (n != yaml_count(list))
            complain(j, list, "evidence: expected %zu facts, got %zu", yaml_count(list), n);
        for (size_t k = 0; k < n && k < yaml_count(list); k++) {
            const char *wanted = yaml_text(yaml_at(list, k)), *got = terms_word(j->terms, facts[k]->kind);

            if (wanted == NULL || strcmp(got, wanted) != 0)
                complain(j, yaml_at(list, k), "evidence %zu: expected %s, got %s", k + 1,
                         wanted != NULL ? wanted : "?", got);
        }
    }
}

static void
expect_explanation(judge_t *j, const yaml_node_t *lines)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    if (!policy_explain(j->policy, &j->item->world, &j->item->dossier, j->item->day, &out, &err)) {
        complain(j, j->item->node, "explain: %s", err.text);
        return;
    }
    json_out_end(&out);
    if (!json_check(str_c(&text), text.len, &err))
        complain(j, j->item->node, "the explanation is no JSON: %s", err.text);
    for (size_t i = 0; lines != NULL && i < yaml_count(lines); i++) {
        const char *wanted = yaml_text(yaml_at(lines, i));

        j->tally->checks++;
        if (wanted == NULL || strstr(str_c(&text), wanted) == NULL)
            complain(j, yaml_at(lines, i), "the explanation lacks “%s”", wanted != NULL ? wanted : "?");
    }
}

/* ---- what the policy does not know ------------------------------------------------------------------------------- */

static void
check_code(judge_t *j, const policy_fact_t *fact, const yaml_node_t *code)
{
    if (fact->code_count == 0 || code == NULL || yaml_text(code) == NULL)
        return;
    for (size_t i = 0; i < fact->code_count; i++)
        if (strcmp(terms_word(j->terms, fact->codes[i]), yaml_text(code)) == 0)
            return;
    complain(j, code, "“%s” is none of the codes of “%s”", yaml_text(code), terms_word(j->terms, fact->kind));
}

/* A fact of a kind that the policy does not read decides nothing; one that is nearly another's name is a slip. */
static void
check_facts(judge_t *j, const yaml_node_t *node)
{
    const yaml_node_t *kind = yaml_kind(node) == YAML_MAP ? yaml_get(node, "kind") : NULL;

    for (size_t i = 0; i < yaml_count(node); i++)
        if (yaml_kind(node) == YAML_LIST || strcmp(yaml_key_at(node, i), "expect") != 0)
            check_facts(j, yaml_at(node, i));
    if (kind != NULL && yaml_text(kind) != NULL) {
        const policy_def_t *def = policy_find(j->policy, yaml_text(kind), strlen(yaml_text(kind)));
        const char *near = policy_nearest_name(j->policy, yaml_text(kind));

        if (def != NULL && def->kind == DEF_FACT)
            check_code(j, &def->fact, yaml_get(node, "code"));
        else if (near != NULL)
            complain(j, kind, "“%s” is no fact of this policy: did you mean “%s”?", yaml_text(kind), near);
    }
}

static void
expect_one(judge_t *j, const char *key, const yaml_node_t *key_node, const yaml_node_t *node,
           const policy_result_t *result)
{
    size_t category = find_category(j->policy, key);
    char text[64];

    if (strcmp(key, "counted") == 0) {
        (void) snprintf(text, sizeof(text), "%zu", result->counted);
        expect_text(j, key, node, text);
    } else if (strcmp(key, "next_day") == 0) {
        date_format(result->next_day, text);
        expect_text(j, key, node, text);
    } else if (strcmp(key, "version") == 0) {
        policy_version(j->policy, j->item->day, text);
        expect_text(j, key, node, text);
    } else if (strcmp(key, "evidence") == 0) {
        expect_evidence(j, node);
    } else if (strcmp(key, "explains") == 0) {
        return; /* judged with the explanation */
    } else if (category == SIZE_MAX) {
        complain(j, key_node, "“%s” is no category of this policy", key);
    } else if (policy_category_unit(j->policy, category) == POLICY_UNIT_PERSON) {
        expect_person(j, category, node, result);
    } else {
        expect_verdict(j, key, "", node, &result->household[category]);
    }
}

void
policy_case_judge(const policy_t *policy, const terms_t *terms, const char *path, const policy_case_t *item,
                  const policy_result_t *result, policy_case_tally_t *tally, str_t *report)
{
    judge_t j = { policy, terms, path, item, tally, report };

    check_facts(&j, item->node);
    if (yaml_kind(item->expect) != YAML_MAP)
        complain(&j, item->expect, "“expect” is a map of categories, such as { dibao: { qualifies: yes } }");
    for (size_t i = 0; i < yaml_count(item->expect); i++)
        expect_one(&j, yaml_key_at(item->expect, i), yaml_key_node_at(item->expect, i), yaml_at(item->expect, i),
                   result);
    expect_explanation(&j, yaml_get(item->expect, "explains"));
}
