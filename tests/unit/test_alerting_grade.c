/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "deadline.h"
#include "desk.h"
#include "grade.h"
#include <string.h>

#define ROUTING SOURCE_DIR "/deploy/routing/"

static const struct {
    const char *row;
    level_t level;
    grade_subject_t subject;
} table[] = {
    { "death-still-paid", LEVEL_RED, { KIND_NO_LONGER_QUALIFIES, "tekun", "death", .has_overpaid = false } },
    { "death-of-a-member", LEVEL_ORANGE, { KIND_MEMBER_CHANGE, "dibao", "death", .has_overpaid = false } },
    { "medical-hardship", LEVEL_RED, { KIND_HARDSHIP_WARNING, "other_hardship", "hardship_medical", .has_score = true, .score = 100 } },
    { "disaster", LEVEL_RED, { KIND_HARDSHIP_WARNING, "other_hardship", "hardship_disaster", .has_score = true, .score = 100 } },
    { "heavy-hardship", LEVEL_RED, { KIND_HARDSHIP_WARNING, "other_hardship", "combined", .has_score = true, .score = 150 } },
    { "hardship", LEVEL_ORANGE, { KIND_HARDSHIP_WARNING, "other_hardship", "combined", .has_score = true, .score = 149 } },
    { "hardship", LEVEL_ORANGE, { KIND_HARDSHIP_WARNING, "other_hardship", "combined", .has_score = true, .score = 100 } },
    { "hardship-of-the-watched", LEVEL_YELLOW, { KIND_HARDSHIP_WARNING, "other_hardship", "combined", .has_score = true, .score = 99 } },
    { "indicator", LEVEL_RED, { KIND_HARDSHIP_WARNING, "other_hardship", "own_indicator", .has_score = false } },
    { "paid-to-the-dead", LEVEL_ORANGE, { KIND_DATA_CONFLICT, "register", "paid_after_death", .has_margin = false } },
    { "doubtful-data", LEVEL_YELLOW, { KIND_DATA_CONFLICT, "register", "claimed_twice", .has_margin = false } },
    { "enrolment-ends", LEVEL_YELLOW, { KIND_REVIEW_DUE, "rigid_expenditure", "validity", .has_margin = false } },
    { "deep-poverty", LEVEL_RED, { KIND_NEWLY_QUALIFIES, "dibao", "dibao", .has_margin = true, .margin = -5001 } },
    { "poverty", LEVEL_ORANGE, { KIND_NEWLY_QUALIFIES, "dibao", "dibao", .has_margin = true, .margin = -5000 } },
    { "poverty", LEVEL_ORANGE, { KIND_NEWLY_QUALIFIES, "dibao", "dibao", .has_margin = true, .margin = -1501 } },
    { "poverty-at-the-line",
     LEVEL_YELLOW,
     { KIND_NEWLY_QUALIFIES, "dibao", "dibao", .has_margin = true, .margin = -1500 } },
    { "poverty-at-the-line", LEVEL_YELLOW, { KIND_NEWLY_QUALIFIES, "dibao", "dibao", .has_margin = false } },
    { "marginal-new", LEVEL_BLUE, { KIND_NEWLY_QUALIFIES, "marginal", "marginal", .has_margin = true, .margin = -9000 } },
    { "nursing-not-drawn", LEVEL_ORANGE, { KIND_ENTITLEMENT_NOT_DRAWN, "disability_nursing", NULL, .has_margin = false } },
    { "entitlement-not-drawn",
     LEVEL_YELLOW,
     { KIND_ENTITLEMENT_NOT_DRAWN, "disability_living", NULL, .has_margin = false } },
    { "large-overpayment",
     LEVEL_ORANGE,
     { KIND_BENEFIT_CHANGE, "dibao", "dibao", .has_overpaid = true, .overpaid = 100000 } },
    { "left-dibao", LEVEL_YELLOW, { KIND_NO_LONGER_QUALIFIES, "dibao", "dibao", .has_overpaid = true, .overpaid = 99999 } },
    { "fell-into-dibao", LEVEL_ORANGE, { KIND_CATEGORY_CHANGE, "dibao", "dibao", .has_overpaid = false } },
    { "left-dibao", LEVEL_YELLOW, { KIND_CATEGORY_CHANGE, "marginal", "marginal", .has_overpaid = false } },
    { "large-change", LEVEL_YELLOW, { KIND_BENEFIT_CHANGE, "dibao", "dibao", .has_underpaid = true, .underpaid = 20000 } },
    { "amount", LEVEL_BLUE, { KIND_BENEFIT_CHANGE, "dibao", "dibao", .has_underpaid = true, .underpaid = 19999 } },
    { "doubtful-data", LEVEL_YELLOW, { KIND_OVERLAP, "dibao", NULL, .has_margin = false } },
    { "anything-else", LEVEL_BLUE, { KIND_REVIEW_DUE, "dibao", NULL, .has_margin = false } },
};

static void
shipped_table_grades_as_documented(void **state)
{
    AUTO(grades) grades = NULL;
    err_t err = { 0 };

    (void) state;
    if (!grades_load(ROUTING "grades.yaml", &grades, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const char *row = NULL;
        level_t level = grades_level(grades, &table[i].subject, &row);

        assert_string_equal(row, table[i].row);
        assert_int_equal(level, table[i].level);
    }
}

static void
refuse(const char *text, const char *what)
{
    AUTO(grades) grades = NULL;
    err_t err = { 0 };

    assert_false(grades_parse("g.yaml", text, strlen(text), &grades, &err));
    assert_null(grades);
    assert_int_equal(err.cls, ERR_CONFIG);
    if (strstr(err.text, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, what);
    assert_non_null(strstr(err.text, "g.yaml:"));
}

static void
a_wrong_table_is_refused_with_its_place(void **state)
{
    (void) state;
    refuse("grades: g\nstatus: s\nrows:\n  - { row: a, level: purple }\n", "red, orange, yellow or blue");
    refuse("grades: g\nstatus: s\nrows:\n  - { row: a, level: red, when: { kind: hunger } }\n", "unknown kind");
    refuse("grades: g\nstatus: s\nrows:\n  - { row: a, level: red, when: { kind: overlap } }\n", "last row");
    refuse("grades: g\nstatus: s\nrows:\n  - { row: a, level: red }\n  - { row: b, level: blue }\n", "hides all");
    refuse("grades: g\nstatus: s\nrows:\n  - { row: a, level: red, when: { money_from: much } }\n  - { row: b, level: "
           "blue }\n",
           "yuan");
    refuse("grades: g\nstatus: s\nrows:\n  - { row: a, level: red, when: { score_from: 1.5 } }\n  - { row: b, level: blue }\n", "points");
    refuse(
        "grades: g\nstatus: s\nrows:\n  - { row: a, level: red, when: { colour: 3 } }\n  - { row: b, level: blue }\n",
        "colour");
    refuse("grades: g\nrows:\n  - { row: b, level: blue }\n", "status");
    refuse("grades: g\nstatus: s\nrows: []\n", "rows");
    refuse("", "status");
}

static void
deadlines_are_read_and_checked(void **state)
{
    deadlines_t d;
    err_t err = { 0 };
    const char *down = "deadlines: d\nstatus: s\nlevels:\n"
                       "  red: { visit_within: 1, snooze_days: 0, overdue_to: orange, may_be_silenced: false }\n"
                       "  orange: { visit_within: 3, snooze_days: 0, may_be_silenced: true }\n"
                       "  yellow: { visit_within: 5, snooze_days: 0, may_be_silenced: true }\n"
                       "  blue: { visit_within: 10, snooze_days: 0, may_be_silenced: true }\n";
    const char *none = "deadlines: d\nstatus: s\nlevels: {}\n";

    (void) state;
    if (!deadlines_load(ROUTING "deadlines.yaml", &d, &err))
        fail_msg("%s", err.text);
    assert_int_equal(d.of[LEVEL_RED].visit_within, 1);
    assert_int_equal(d.of[LEVEL_ORANGE].visit_within, 3);
    assert_int_equal(d.of[LEVEL_YELLOW].visit_within, 5);
    assert_int_equal(d.of[LEVEL_BLUE].visit_within, 10);
    assert_int_equal(d.of[LEVEL_BLUE].overdue_to, LEVEL_YELLOW);
    assert_int_equal(d.of[LEVEL_RED].overdue_to, LEVEL_RED);
    assert_false(d.of[LEVEL_RED].may_be_silenced);
    assert_false(deadlines_parse("d.yaml", down, strlen(down), &d, &err));
    assert_non_null(strstr(err.text, "more urgent"));
    assert_false(deadlines_parse("d.yaml", none, strlen(none), &d, &err));
}

static void
desks_take_the_longest_exception(void **state)
{
    AUTO(desks) desks = NULL;
    AUTO(desks) shipped = NULL;
    err_t err = { 0 };
    AUTO(desks) wrong = NULL;
    char desk[DESK_SIZE];
    const char *seven = "desks: t\ndefault_digits: 7\n";
    const char *text = "desks: t\ndefault_digits: 9\nexceptions:\n"
                       "  - { region: \"3206\", desk: city }\n"
                       "  - { region: \"320681\", category: tekun, desk: county-tekun }\n"
                       "  - { region: \"320681\", desk: county }\n"
                       "  - { region: \"320681100\", desk: town }\n";

    (void) state;
    assert_true(desks_parse("d.yaml", text, strlen(text), &desks, &err));
    desks_route(desks, "320681100207", "tekun", desk);
    assert_string_equal(desk, "town");
    desks_route(desks, "320681101207", "tekun", desk);
    assert_string_equal(desk, "county-tekun");
    desks_route(desks, "320681101207", "dibao", desk);
    assert_string_equal(desk, "county");
    desks_route(desks, "320602101207", "dibao", desk);
    assert_string_equal(desk, "city");
    desks_route(desks, "330000101207", "dibao", desk);
    assert_string_equal(desk, "330000101");
    if (!desks_load(ROUTING "desks.yaml", &shipped, &err))
        fail_msg("%s", err.text);
    desks_route(shipped, "320681100207", "dibao", desk);
    assert_string_equal(desk, "320681100");
    assert_false(desks_parse("d.yaml", seven, strlen(seven), &wrong, &err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_table_grades_as_documented),
        cmocka_unit_test(a_wrong_table_is_refused_with_its_place),
        cmocka_unit_test(deadlines_are_read_and_checked),
        cmocka_unit_test(desks_take_the_longest_exception),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
