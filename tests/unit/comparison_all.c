/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comparison_all.h"

static const char all[] = "policy: test-place\nextends: qidong\ntitle: { zh: 测试, en: a place for tests }\ncategories:\n"
                          "  tekun: { findings: all }\n  dibao_single: { findings: all }\n  rigid_expenditure: { findings: all }\n"
                          "  temporary_aid_urgent: { findings: all }\n  temporary_aid_expenditure: { findings: all }\n"
                          "  poverty_return: { findings: all }\n  child_in_difficulty: { findings: all }\n";

policy_t *
comparison_all(terms_t *terms, const char *more)
{
    err_t err = { .cls = ERR_NONE };
    policy_text_t files[POLICY_FILES_MAX + 1] = { { .name = "test-place.yaml" } };
    AUTO(terms) other = terms_new();
    AUTO(policy) base = NULL;
    policy_t *ret = NULL;
    AUTO_STR text = STR_INIT;

    if (!policy_load(SOURCE_DIR "/deploy/policies/qidong.yaml", other, &base, &err))
        fail_msg("%s", err.text);
    str_printf(&text, "%s%s", all, more);
    files[0].text = str_slice(&text);
    size_t n = policy_texts(base, files + 1);
    if (!policy_load_texts(files, n + 1, terms, &ret, &err))
        fail_msg("%s", err.text);
    return ret;
}
