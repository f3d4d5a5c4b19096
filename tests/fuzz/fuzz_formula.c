/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "fuzz_try.h"
#include <string.h>

/* Any text as a formula over the names of vocabulary.yaml: as a derived value, and as condition and amount of a category of
 * households and of persons. */

#define VOCABULARY SOURCE_DIR "/tests/fuzz/vocabulary.yaml"
#define VOCABULARY_LIMIT 65536u

static const char *const frames[] = {
    "policy: fuzz\nextends: vocabulary\ntitle: { zh: 试, en: try }\nderived:\n  probe: '%s'\n",
    "policy: fuzz\nextends: vocabulary\ntitle: { zh: 试, en: try }\ncategories:\n"
    "  probe: { unit: household, role: indicator, label: { zh: 试, en: try }, basis: x, when: [ '%s' ] }\n",
    "policy: fuzz\nextends: vocabulary\ntitle: { zh: 试, en: try }\ncategories:\n"
    "  probe: { unit: person, role: entitlement, label: { zh: 试, en: try }, basis: x, when: [ '%s' ] }\n",
    "policy: fuzz\nextends: vocabulary\ntitle: { zh: 试, en: try }\ncategories:\n"
    "  probe: { unit: household, role: aid, label: { zh: 试, en: try }, basis: x, when: [ urban ], amount: '%s' }\n",
};

/* As the inside of a single-quoted scalar: what such a scalar cannot hold is left out. */
static void
quote(const uint8_t *data, size_t size, str_t *ret)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] < ' ' || data[i] == 0x7F)
            continue;
        if (data[i] == '\'')
            str_add_char(ret, '\'');
        str_add_char(ret, (char) data[i]);
    }
}

static const str_t *
vocabulary(void)
{
    static str_t text = STR_INIT; /* read once, for as long as the process lives */
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    err_t err = { 0 };

    if (text.len > 0)
        return &text;
    REQUIRE(str_read_file(&text, VOCABULARY, VOCABULARY_LIMIT, &err));
    policy_text_t file = { "vocabulary.yaml", str_slice(&text) };
    REQUIRE(policy_load_texts(&file, 1, terms, &policy, &err)); /* else no formula would ever get past the parser */
    return &text;
}

static bool
try_frame(const char *frame, const char *formula, uint64_t seed)
{
    AUTO_STR text = STR_INIT;
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    err_t err = { 0 };
    const char *hole = strstr(frame, "%s");

    str_add_n(&text, frame, (size_t) (hole - frame));
    str_add(&text, formula);
    str_add(&text, hole + 2);
    policy_text_t files[] = { { "fuzz.yaml", str_slice(&text) }, { "vocabulary.yaml", str_slice(vocabulary()) } };
    if (!policy_load_texts(files, COUNT_OF(files), terms, &policy, &err))
        return false;
    if (frame == frames[1]) /* the slowest part: once for each formula is enough */
        fuzz_check(policy);
    fuzz_try(policy, terms, seed);
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_STR formula = STR_INIT;

    if (size > 4096 || !str_is_utf8((const char *) data, size))
        return 0;
    quote(data, size, &formula);
    if (!try_frame(frames[0], str_c(&formula), size)) /* what is no value is no condition either */
        return 0;
    for (size_t i = 1; i < COUNT_OF(frames); i++)
        (void) try_frame(frames[i], str_c(&formula), size);
    return 0;
}
