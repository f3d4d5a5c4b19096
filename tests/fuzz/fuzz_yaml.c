/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/mem.h"
#include "config/yaml_doc.h"
#include <string.h>

/* Any bytes as a YAML file: every node is visited and asked for everything; what is refused says where. */

static void
visit(const yaml_doc_t *doc, const yaml_node_t *n)
{
    static const char *const allowed[] = { "a", "policy", "values", NULL };
    err_t err = { 0 };
    const char *text;
    int64_t i64;
    double real;
    bool flag;

    REQUIRE(yaml_line(n) > 0 || yaml_count(n) == 0);
    REQUIRE((yaml_text(n) != NULL) == (yaml_kind(n) == YAML_SCALAR));
    (void) yaml_is_quoted(n);
    if (yaml_kind(n) == YAML_MAP && !yaml_check_keys(doc, n, allowed, &err))
        REQUIRE(err.text[0] != '\0');
    for (size_t i = 0; i < yaml_count(n); i++) {
        const yaml_node_t *child = yaml_at(n, i);

        visit(doc, child);
        if (yaml_kind(n) != YAML_MAP)
            continue;
        const char *key = yaml_key_at(n, i);
        REQUIRE(yaml_get(n, key) == child); /* duplicates are refused, so the first is the only one */
        REQUIRE(yaml_line(yaml_key_node_at(n, i)) > 0);
        REQUIRE(yaml_get_text(doc, n, key, NULL, &text, &err) == (yaml_kind(child) == YAML_SCALAR));
        if (yaml_get_i64(doc, n, key, NULL, -5, INT64_MAX, &i64, &err))
            REQUIRE(i64 >= -5 && yaml_get_real(doc, n, key, NULL, &real, &err));
        if (yaml_get_bool(doc, n, key, NULL, &flag, &err))
            REQUIRE(!yaml_get_real(doc, n, key, NULL, &real, &err));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(yaml_doc) doc = NULL;
    err_t err = { 0 };

    if (!yaml_doc_parse("fuzz.yaml", (const char *) data, size, &doc, &err)) {
        REQUIRE(strncmp(err.text, "fuzz.yaml:", 10) == 0 && doc == NULL);
        return 0;
    }
    visit(doc, yaml_doc_root(doc));
    return 0;
}
