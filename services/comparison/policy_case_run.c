/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "domain/money.h"
#include "json/json_in.h"
#include "policy_case.h"
#include <string.h>

/* A file of cases, from its text to the tally. */

#define ARENA_BLOCK_BYTES 65536

typedef struct {
    const policy_t *policy;
    const char *path, *lang;
    yaml_doc_t *doc;
    terms_t *terms;
    arena_t *arena;
    policy_case_tally_t *tally;
    str_t *report, *explain;
} run_t;

/* ---- sentences --------------------------------------------------------------------------------------------------- */

static const char *
member_name(const policy_case_t *item, const char *person)
{
    for (size_t m = 0; person != NULL && m < item->dossier.member_count; m++) {
        uuid_t id;

        if (uuid_parse(person, strlen(person), &id) && uuid_eq(&id, &item->dossier.members[m].person))
            return item->ids[m];
    }
    return "";
}

static void
tell_category(const run_t *run, const policy_case_t *item, const json_node_t *category)
{
    const char *name = json_text(json_get(category, "name")), *answer = json_text(json_get(category, "answer")),
               *amount = json_text(json_get(category, "amount")),
               *sentence = json_text(json_get(json_get(category, "sentence"), run->lang)),
               *member = member_name(item, json_text(json_get(category, "person")));

    str_printf(run->explain, "  %s%s%s: %s", name != NULL ? name : "?", *member != '\0' ? " " : "", member,
               answer != NULL ? answer : "?");
    if (amount != NULL)
        str_printf(run->explain, ", %s", amount);
    str_printf(run->explain, "\n    %s\n", sentence != NULL ? sentence : "");
}

static bool
tell(const run_t *run, const policy_case_t *item, err_t *err)
{
    AUTO_STR text = STR_INIT;
    AUTO(json) json = NULL;
    char day[DATE_TEXT_SIZE];
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    if (!policy_explain(run->policy, &item->world, &item->dossier, item->day, &out, err))
        return false;
    json_out_end(&out);
    if (run->lang == NULL) {
        str_printf(run->explain, "%s\n", str_c(&text));
        return true;
    }
    if (!json_parse(str_c(&text), text.len, &json, err))
        return false;
    date_format(item->day, day);
    str_printf(run->explain, "%s (%s)\n", item->name, day);
    for (const json_node_t *c = json_first(json_get(json_root(json), "categories")); c != NULL; c = json_next(c))
        tell_category(run, item, c);
    return true;
}

/* ---- cases ------------------------------------------------------------------------------------------------------- */

static bool
run_case(const run_t *run, const yaml_node_t *node, err_t *err)
{
    policy_case_t item;
    const dossier_t *dossier = &item.dossier;
    policy_result_t result;

    if (!policy_case_read(run->doc, node, run->terms, run->arena, &item, err) ||
        !policy_assess(run->policy, &item.world, &dossier, 1, item.day, run->arena, &result, err))
        return false;
    policy_case_judge(run->policy, run->terms, run->path, &item, &result, run->tally, run->report);
    return run->explain == NULL || tell(run, &item, err);
}

static bool
run_all(const run_t *run, err_t *err)
{
    const yaml_node_t *list = yaml_get(yaml_doc_root(run->doc), "cases");

    if (list == NULL || yaml_kind(list) != YAML_LIST || yaml_count(list) == 0)
        return yaml_fail(run->doc, list != NULL ? list : yaml_doc_root(run->doc), err,
                         "“cases” is a list: - { name: …, day: …, members: …, expect: … }");
    for (size_t i = 0; i < yaml_count(list); i++) {
        err_t fault = { 0 };

        run->tally->cases++;
        if (run_case(run, yaml_at(list, i), &fault))
            continue;
        run->tally->failed++;
        str_printf(run->report, "%s\n", fault.text);
    }
    return true;
}

bool
policy_case_run(const char *policy, const char *path, const char *lang, policy_case_tally_t *tally, str_t *report,
                str_t *explain, err_t *err)
{
    AUTO(terms) terms = terms_new();
    AUTO(yaml_doc) doc = NULL;
    AUTO(policy) loaded = NULL;
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    run_t run = { NULL, path, lang, NULL, terms, arena, tally, report, explain };

    if (!yaml_doc_load(path, &doc, err))
        return false;
    if (policy == NULL && !yaml_get_text(doc, yaml_doc_root(doc), "policy", NULL, &policy, err))
        return false;
    if (!policy_load(policy, terms, &loaded, err))
        return false;
    run.policy = loaded;
    run.doc = doc;
    return run_all(&run, err);
}
