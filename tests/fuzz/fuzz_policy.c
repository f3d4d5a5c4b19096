/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "fuzz_try.h"
#include <string.h>

/* Any text as a policy.  A line "=== NAME.yaml" begins a further file, so that a policy can extend another from memory. */

static const char *
line_end(const char *p, const char *end)
{
    const char *nl = memchr(p, '\n', (size_t) (end - p));

    return nl == NULL ? end : nl;
}

static size_t
split(arena_t *arena, const char *text, size_t size, policy_text_t files[POLICY_FILES_MAX])
{
    const char *p = text, *end = text + size;
    size_t n = 1;

    files[0] = (policy_text_t){ "fuzz.yaml", { p, size } };
    while (p < end) {
        const char *eol = line_end(p, end);

        if (eol - p > 4 && memcmp(p, "=== ", 4) == 0 && n < POLICY_FILES_MAX) {
            files[n - 1].text.len = (size_t) (p - files[n - 1].text.ptr);
            const char *body = eol == end ? end : eol + 1;
            files[n++] = (policy_text_t){ arena_strndup(arena, p + 4, (size_t) (eol - p - 4)), { body, (size_t) (end - body) } };
        }
        p = eol == end ? end : eol + 1;
    }
    return n;
}

/* The policy printed is a policy, and printed again the same text. */
static void
print_twice(const policy_t *policy)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) again = NULL;
    AUTO_STR once = STR_INIT;
    AUTO_STR twice = STR_INIT;
    policy_text_t file = { "fuzz.yaml", { NULL, 0 } };
    err_t err = { 0 };

    policy_write(policy, &once);
    file.text = str_slice(&once);
    REQUIRE(policy_load_texts(&file, 1, terms, &again, &err));
    policy_write(again, &twice);
    REQUIRE(slice_eq(str_slice(&once), str_slice(&twice)));
}

static void
check(const policy_t *policy)
{
    AUTO_STR report = STR_INIT;
    AUTO_STR notes = STR_INIT;

    REQUIRE(policy_check_loaded(policy, &report, &notes) == (report.len == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) arena = arena_new(4096);
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    policy_text_t files[POLICY_FILES_MAX];
    err_t err = { 0 };
    size_t n = split(arena, (const char *) data, size, files);

    if (!policy_load_texts(files, n, terms, &policy, &err)) {
        REQUIRE(err.text[0] != '\0' && policy == NULL);
        return 0;
    }
    fuzz_check(policy);
    fuzz_try(policy, terms, size);
    check(policy);
    print_twice(policy);
    return 0;
}
