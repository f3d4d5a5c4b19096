/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "match.h"
#include <string.h>

#define TITLE "title: { zh: 甲, en: a }, basis: b"
static const char file[] =
    "organisation: clinic\nname: { zh: 诊所, en: Clinic }\nprogrammes:\n"
    "  - { programme: late, " TITLE ", needs: [medical], regions: [\"320681\"], order: 30 }\n"
    "  - { programme: dibao-only, " TITLE ", needs: [medical], regions: [\"320681\"], order: 10, "
    "categories: [dibao] }\n"
    "  - { programme: small, " TITLE ", needs: [medical, care], regions: [\"320681100\"], order: 20, "
    "capacity: 1 }\n";

static const char *
found(const directory_t *d, need_t need, const char *category, const char *region, const referral_t *const *earlier,
      size_t n, const int64_t *used)
{
    match_subject_t s = { need, category, region, earlier, n };
    size_t i = match_find(d, &s, used);

    return i == SIZE_MAX ? "none" : directory_at(d, i)->id;
}

static void
matches_by_need_category_region_place_and_order(void **state)
{
    AUTO(directory) d = NULL;
    err_t err = { 0 };
    int64_t used[3] = { 0 };
    referral_t asked = { .programme = "dibao-only" };
    const referral_t *earlier[] = { &asked };

    (void) state;
    if (!directory_parse("clinic.yaml", file, sizeof(file) - 1, &d, &err))
        fail_msg("%s", err.text);
    assert_string_equal(directory_at(d, 0)->id, "dibao-only"); /* sorted by order */
    assert_string_equal(found(d, NEED_MEDICAL, "dibao", "320681100207", NULL, 0, used), "dibao-only");
    assert_string_equal(found(d, NEED_MEDICAL, "dibao", "320681100207", earlier, 1, used), "small");
    assert_string_equal(found(d, NEED_MEDICAL, "marginal", "320681100207", NULL, 0, used), "small");
    assert_string_equal(found(d, NEED_MEDICAL, "marginal", "320681101207", NULL, 0, used), "late");
    assert_string_equal(found(d, NEED_CARE, "marginal", "320681101207", NULL, 0, used), "none");
    assert_string_equal(found(d, NEED_HOUSING, "dibao", "320681100207", NULL, 0, used), "none");
    assert_string_equal(found(d, NEED_MEDICAL, "dibao", "320602100207", NULL, 0, used), "none");
    used[directory_find(d, "small")] = 1;
    assert_string_equal(found(d, NEED_MEDICAL, "marginal", "320681100207", NULL, 0, used), "late");
}

static void
refuse(const char *text, const char *what)
{
    AUTO(directory) d = NULL;
    err_t err = { 0 };

    assert_false(directory_parse("p.yaml", text, strlen(text), &d, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
    if (strstr(err.text, what) == NULL || strstr(err.text, "p.yaml:") == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, what);
}

#define ONE(rest) "organisation: o\nname: { zh: 甲, en: a }\nprogrammes:\n  - { programme: p, " rest " }\n"

static void
a_wrong_programme_is_refused_with_its_place(void **state)
{
    (void) state;
    refuse(ONE(TITLE ", needs: [money], regions: [\"320681\"]"), "medical");
    refuse(ONE(TITLE ", needs: [], regions: [\"320681\"]"), "needs");
    refuse(ONE(TITLE ", needs: [care], regions: [\"32068\"]"), "digits");
    refuse(ONE(TITLE ", needs: [care]"), "regions");
    refuse(ONE("needs: [care], regions: [\"320681\"]"), "title");
    refuse(ONE(TITLE ", needs: [care], regions: [\"320681\"], capacity: many"), "capacity");
    refuse(ONE(TITLE ", needs: [care], regions: [\"320681\"], speed: 3"), "speed");
    refuse("organisation: O R G\nname: x\nprogrammes: []\n", "organisation");
    refuse(ONE(TITLE ", needs: [care], regions: [\"320681\"] }\n  - { programme: p, " TITLE
                     ", needs: [care], regions: [\"32\"]"),
           "twice");
}

static void
the_county_has_a_programme_for_every_need(void **state)
{
    AUTO(directory) d = NULL;
    err_t err = { 0 };
    int64_t used[64] = { 0 };

    (void) state;
    if (!directory_load(SOURCE_DIR "/deploy/programmes", &d, &err))
        fail_msg("%s", err.text);
    assert_true(directory_count(d) >= 8);
    for (int need = 0; need < NEED_COUNT; need++)
        assert_string_not_equal(found(d, (need_t) need, "dibao", "320681100207", NULL, 0, used), "none");
    assert_string_equal(found(d, NEED_MEDICAL, "other_hardship", "320681100207", NULL, 0, used), "medical-aid");
    assert_string_equal(found(d, NEED_URGENT, "dibao", "320681100207", NULL, 0, used), "emergency-aid");
    assert_false(directory_load(SOURCE_DIR "/deploy/no-such-directory", &d, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_by_need_category_region_place_and_order),
        cmocka_unit_test(a_wrong_programme_is_refused_with_its_place),
        cmocka_unit_test(the_county_has_a_programme_for_every_need),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
