/* SPDX-License-Identifier: Apache-2.0 */
/* schemas/policy.schema.json says what the reader accepts: the shipped policies pass it, misspelt ones do not. */
#include "config/yaml_doc.h"
#include "json/json_out.h"
#include "schema/schema.h"
#include "base/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
write_node(json_out_t *out, const char *key, const yaml_node_t *node)
{
    switch (yaml_kind(node)) {
    case YAML_SCALAR:
        json_out_text(out, key, yaml_text(node));
        break;
    case YAML_LIST:
        json_out_array(out, key);
        for (size_t i = 0; i < yaml_count(node); i++)
            write_node(out, NULL, yaml_at(node, i));
        json_out_end(out);
        break;
    case YAML_MAP:
        json_out_object(out, key);
        for (size_t i = 0; i < yaml_count(node); i++)
            write_node(out, yaml_key_at(node, i), yaml_at(node, i));
        json_out_end(out);
        break;
    }
}

static void
check(const char *path, bool expected)
{
    AUTO(schema) schema = NULL;
    AUTO(yaml_doc) doc = NULL;
    AUTO(json) json = NULL;
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    if (!schema_load("schemas/policy.schema.json", 0, &schema, &err) || !yaml_doc_load(path, &doc, &err))
        fail_msg("%s", err.text);
    json_out_init(&out, &text);
    write_node(&out, NULL, yaml_doc_root(doc));
    if (!json_parse(str_c(&text), text.len, &json, &err))
        fail_msg("%s: %s", path, err.text);
    if (schema_validate(schema, json_root(json), &err) != expected)
        fail_msg("%s: %s %s", path, err.pointer, err.text);
}

static void
test_shipped(void **state)
{
    (void) state;
    check("deploy/policies/national.yaml", true);
    check("deploy/policies/qidong.yaml", true);
    check("deploy/policies/haian.yaml", true);
    check("tests/policy/broken/base.yaml", true);
    check("tests/policy/language/params_base.yaml", true);
    check("tests/policy/language/params.yaml", true);
    check("tests/policy/language/supporters.yaml", true);
    check("tests/policy/language/terms.yaml", true);
    check("tests/policy/language/facts.yaml", true);
    check("tests/policy/language/dates.yaml", true);
}

static void
test_misspelt(void **state)
{
    (void) state;
    check("tests/policy/broken/bad_key.yaml", false);
    check("tests/policy/broken/bad_category.yaml", false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shipped), cmocka_unit_test(test_misspelt) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
