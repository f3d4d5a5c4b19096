/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alerting_command.h"
#include "base/str.h"
#include "merge.h"
#include "work.h"
#include <stdlib.h>
#include <string.h>

#define REGION "320681100207"
#define MOVED "320681101001"

typedef struct {
    grades_t *grades;
    deadlines_t deadlines;
    desks_t *desks;
    calendar_t *calendar;
    arena_t *arena;
    work_t work;
    merge_t merge;
    str_t log; /* one line per published version: "<state>/<level>@<region>" */
    uuid_t house;
} world_t;

static bool
record(void *ctx, const alert_t *alert, const cause_t *cause, err_t *err)
{
    world_t *w = ctx;

    (void) cause;
    (void) err;
    str_printf(&w->log, "%s/%s ", alert_state_names[alert->state], level_names[alert->level]);
    return true;
}

static int
setup(void **state)
{
    world_t *w = mem_new(world_t);
    err_t err = { 0 };

    if (!grades_load(SOURCE_DIR "/deploy/routing/grades.yaml", &w->grades, &err) ||
        !deadlines_load(SOURCE_DIR "/deploy/routing/deadlines.yaml", &w->deadlines, &err) ||
        !desks_load(SOURCE_DIR "/deploy/routing/desks.yaml", &w->desks, &err) ||
        !calendar_load(SOURCE_DIR "/deploy/config/calendar.yaml", &w->calendar, &err))
        fail_msg("%s", err.text);
    w->arena = arena_new(4096);
    work_init(&w->work, w->arena);
    w->merge = (merge_t){ .grades = w->grades, .deadlines = &w->deadlines, .desks = w->desks, .calendar = w->calendar,
                          .arena = w->arena, .day = INT32_MIN, .publish = record, .publish_ctx = w };
    uuid_derive("household", "H1", &w->house);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    world_t *w = *state;

    work_done(&w->work);
    str_done(&w->log);
    arena_destroy(&w->arena);
    grades_destroy(&w->grades);
    desks_destroy(&w->desks);
    calendar_destroy(&w->calendar);
    mem_free(w);
    return 0;
}

/* 2024-03-04 is a Monday without holidays near it. */
static int32_t
march(int day)
{
    return date_of(2024, 3, day);
}

static finding_in_t
finding(const world_t *w, const char *name, kind_t kind, const char *category, int32_t date)
{
    finding_in_t in = { .household = w->house, .version = 1, .region = REGION, .date = date,
                        .subject = { .kind = kind, .category = category, .rule = category } };

    uuid_derive("finding", name, &in.finding);
    return in;
}

static matter_t *
apply(world_t *w, const finding_in_t *in)
{
    char name[MATTER_SIZE];
    matter_t *m;
    cause_t cause = { .actor = NULL };
    err_t err = { 0 };

    matter_name(in->subject.kind, in->subject.category, &in->person, name);
    m = work_matter(&w->work, &in->household, name);
    if (!merge_finding(&w->merge, m, in, &cause, &err))
        fail_msg("%s", err.text);
    return m;
}

static matter_t *
withdraw(world_t *w, finding_in_t in, int32_t date, bool settled)
{
    in.state = FINDING_WITHDRAWN;
    in.version++;
    in.settled = settled;
    in.date = date;
    return apply(w, &in);
}

static void
new_day(world_t *w, matter_t *m, int32_t day)
{
    cause_t cause = { .actor = NULL };
    err_t err = { 0 };

    w->merge.day = day;
    assert_true(merge_day(&w->merge, m, &cause, &err));
}

static void
command(world_t *w, matter_t *m, alert_event_t event, const char *reason)
{
    cause_t cause = { .actor = "tester" };
    err_t err = { 0 };

    if (event == ALERT_EV_VISIT_ENDS || event == ALERT_EV_VISIT_WAITS || event == ALERT_EV_VISIT_REFERS)
        merge_visited(m->alert);
    if (!merge_command(&w->merge, m, m->alert, event, reason, &cause, &err))
        fail_msg("%s", err.text);
}

static void
one_open_alert_per_matter(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4));
    finding_in_t b = finding(w, "b", KIND_CATEGORY_CHANGE, "marginal", march(4));
    finding_in_t c = finding(w, "c", KIND_HARDSHIP_WARNING, "other_hardship", march(4));
    finding_in_t d = finding(w, "d", KIND_ENTITLEMENT_NOT_DRAWN, "disability_living", march(4));
    finding_in_t e = d;
    matter_t *livelihood, *hardship, *person, *other;
    uuid_t expected;
    char id[UUID_TEXT_SIZE];

    uuid_derive("person", "1", &d.person);
    uuid_derive("person", "2", &e.person);
    uuid_derive("finding", "e", &e.finding);
    livelihood = apply(w, &a);
    assert_ptr_equal(livelihood, apply(w, &b));
    hardship = apply(w, &c);
    person = apply(w, &d);
    other = apply(w, &e);
    assert_int_equal(w->work.count, 4);
    assert_string_equal(livelihood->name, "livelihood");
    assert_string_equal(hardship->name, "hardship");
    assert_true(str_starts(person->name, "disability_living/"));
    assert_ptr_not_equal(person, other);
    assert_int_equal(livelihood->alert->finding_count, 2);
    assert_int_equal(livelihood->alert->version, 2);
    /* The most urgent finding gives level, kind, category and due day. */
    assert_int_equal(livelihood->alert->level, LEVEL_YELLOW);
    assert_int_equal(livelihood->alert->kind, KIND_CATEGORY_CHANGE);
    assert_int_equal(livelihood->alert->due, march(11));
    assert_string_equal(livelihood->alert->desk, "320681100");
    assert_int_equal(hardship->alert->due, march(5));
    uuid_format(&a.finding, id);
    uuid_derive("alert", id, &expected);
    assert_true(uuid_eq(&livelihood->alert->id, &expected));
    assert_true(uuid_eq(&livelihood->alert->correlation, &a.finding));
}

/* An overpayment that nobody ends grows from month to month: told once, and again when the grades say that so much is more urgent. */
static void
a_sum_that_grows_is_no_news(void **state)
{
    world_t *w = *state;
    finding_in_t in = finding(w, "a", KIND_NO_LONGER_QUALIFIES, "dibao", march(4));
    matter_t *m;

    in.subject.has_overpaid = true;
    in.subject.overpaid = 30000;
    in.monthly_money = "300.00";
    m = apply(w, &in);
    in.state = FINDING_CHANGED;
    for (int month = 4; month <= 5; month++) { /* to 900 yuan */
        in.version++;
        in.date = date_of(2024, month, 1);
        in.subject.overpaid += 30000;
        new_day(w, m, in.date);
        assert_int_equal(m->alert->version, 2); /* overdue */
        (void) apply(w, &in);
        assert_int_equal(m->alert->version, 2);
        assert_int_equal(m->findings[0]->version, in.version);
        assert_int_equal(m->findings[0]->state, FINDING_OPEN); /* as it was told */
        assert_int_equal(m->alert->due, march(11));
    }
    in.version++;
    in.subject.overpaid += 30000; /* 1,200: the row large-overpayment */
    (void) apply(w, &in);
    assert_int_equal(m->alert->version, 3);
    assert_string_equal(m->findings[0]->grade, "large-overpayment");
    assert_int_equal(m->findings[0]->state, FINDING_CHANGED);
    in.version++;
    in.monthly_money = "310.00"; /* what is told has changed */
    (void) apply(w, &in);
    assert_int_equal(m->alert->version, 4);
    /* nor does it come back to who has been there */
    command(w, m, ALERT_EV_VISIT_WAITS, "should_exit");
    in.version++;
    in.date = date_of(2024, 6, 1);
    in.subject.overpaid += 30000;
    (void) apply(w, &in);
    assert_int_equal(m->alert->version, 5);
    assert_int_equal(m->alert->state, ALERT_VISITED);
    assert_true(m->findings[0]->seen);
}

static void
closes_when_nothing_is_left(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4));
    finding_in_t b = finding(w, "b", KIND_CATEGORY_CHANGE, "marginal", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    (void) apply(w, &b);
    (void) withdraw(w, b, march(5), false);
    assert_int_equal(alert->state, ALERT_OPEN);
    assert_int_equal(alert->level, LEVEL_BLUE);
    (void) withdraw(w, a, march(6), true);
    assert_int_equal(alert->state, ALERT_CLOSED);
    assert_string_equal(alert->closed_reason, "settled");
    assert_int_equal(alert->closed_on, march(6));
    assert_null(m->alert);
    assert_string_equal(str_c(&w->log), "open/blue open/yellow open/blue closed/blue ");
}

static void
reopening_starts_a_new_alert(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_CATEGORY_CHANGE, "marginal", march(4));
    finding_in_t b = finding(w, "b", KIND_BENEFIT_CHANGE, "dibao", march(8));
    matter_t *m = apply(w, &a);
    uuid_t first = m->alert->id, second, expected;
    char id[UUID_TEXT_SIZE], text[64];

    (void) withdraw(w, a, march(5), false);
    assert_null(m->alert);
    a.version = 3;
    a.date = march(6);
    (void) apply(w, &a); /* the same finding opens again within its month: counted */
    second = m->alert->id;
    uuid_format(&a.finding, id);
    (void) snprintf(text, sizeof(text), "%s/2", id);
    uuid_derive("alert", text, &expected);
    assert_true(uuid_eq(&second, &expected));
    assert_false(uuid_eq(&first, &second));
    assert_int_equal(m->alert->opened, march(6));
    (void) withdraw(w, a, march(7), true);
    (void) apply(w, &b); /* another finding: its own id */
    assert_false(uuid_eq(&m->alert->id, &second));
    assert_int_equal(m->alert->finding_count, 1);
}

static void
who_is_on_the_way_sees_the_withdrawal(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_CATEGORY_CHANGE, "marginal", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    alert->assignee = "worker-1";
    command(w, m, ALERT_EV_ASSIGN, NULL);
    (void) withdraw(w, a, march(5), false);
    assert_int_equal(alert->state, ALERT_ASSIGNED);
    assert_int_equal(alert_open_findings(alert), 0);
    /* It lapses after its due day, and not before. */
    new_day(w, m, alert->due);
    assert_int_equal(alert->state, ALERT_ASSIGNED);
    new_day(w, m, alert->due + 1);
    assert_int_equal(alert->state, ALERT_CLOSED);
    assert_string_equal(alert->closed_reason, "facts_changed");
}

static void
settled_closes_an_assigned_one_at_once(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_CATEGORY_CHANGE, "marginal", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    alert->assignee = "worker-1";
    command(w, m, ALERT_EV_ASSIGN, NULL);
    (void) withdraw(w, a, march(5), true);
    assert_int_equal(alert->state, ALERT_CLOSED);
}

static void
overdue_rises_one_step_once(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    assert_int_equal(alert->due, march(18)); /* ten working days */
    new_day(w, m, march(18));
    assert_false(alert->overdue);
    assert_int_equal(alert->version, 1);
    new_day(w, m, march(19));
    assert_true(alert->overdue);
    assert_int_equal(alert->level, LEVEL_YELLOW);
    new_day(w, m, march(20));
    new_day(w, m, march(29));
    assert_int_equal(alert->level, LEVEL_YELLOW);
    assert_int_equal(alert->version, 2);
    assert_string_equal(str_c(&w->log), "open/blue open/yellow ");
}

static void
a_snooze_holds_the_deadline_back(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    alert->snoozed_until = march(25);
    command(w, m, ALERT_EV_SNOOZE, NULL);
    new_day(w, m, march(25));
    assert_false(alert->overdue);
    new_day(w, m, march(26));
    assert_true(alert->overdue);
}

static void
silence_keeps_quiet_but_not_for_red(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4));
    finding_in_t red = finding(w, "r", KIND_NO_LONGER_QUALIFIES, "dibao", march(6));
    matter_t *m = work_matter(&w->work, &w->house, "livelihood");

    red.subject.rule = "death";
    m->silenced_until = march(10);
    (void) apply(w, &a);
    assert_null(m->alert);
    new_day(w, m, march(10));
    assert_null(m->alert);
    (void) apply(w, &red);
    assert_non_null(m->alert); /* and takes along what waited */
    assert_int_equal(m->alert->finding_count, 2);
    assert_int_equal(m->alert->level, LEVEL_RED);
}

static void
what_waited_comes_when_the_silence_ends(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4));
    matter_t *m = work_matter(&w->work, &w->house, "livelihood");

    m->silenced_until = march(10);
    (void) apply(w, &a);
    new_day(w, m, march(11));
    assert_non_null(m->alert);
    assert_int_equal(m->alert->opened, march(11));
    assert_int_equal(m->alert->due, march(25));
}

static void
a_visit_is_undone_only_by_something_worse(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_NEWLY_QUALIFIES, "marginal", march(4));
    finding_in_t same = finding(w, "s", KIND_BENEFIT_CHANGE, "dibao", march(6));
    finding_in_t worse = finding(w, "b", KIND_NEWLY_QUALIFIES, "dibao", march(7));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    command(w, m, ALERT_EV_VISIT_WAITS, NULL);
    assert_int_equal(alert->state, ALERT_VISITED);
    assert_int_equal(alert->visit_level, LEVEL_BLUE);
    (void) apply(w, &same);
    assert_int_equal(alert->state, ALERT_VISITED);
    assert_true(m->findings[1]->seen);
    worse.subject.has_margin = true;
    worse.subject.margin = -2000;
    (void) apply(w, &worse);
    assert_int_equal(alert->state, ALERT_OPEN);
    assert_int_equal(alert->level, LEVEL_ORANGE);
    assert_int_equal(alert->due, march(12)); /* three working days from Thursday the 7th */
}

static void
a_visited_one_waits_for_the_register(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_NEWLY_QUALIFIES, "dibao", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    command(w, m, ALERT_EV_VISIT_WAITS, NULL);
    new_day(w, m, march(29)); /* nobody owes a visit any more */
    assert_false(alert->overdue);
    assert_int_equal(alert->version, 2);
    (void) withdraw(w, a, march(30), true);
    assert_int_equal(alert->state, ALERT_CLOSED);
    assert_string_equal(alert->closed_reason, "settled");
}

static void
dealt_with_stays_quiet_unless_it_worsens(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_NEWLY_QUALIFIES, "dibao", march(4));
    matter_t *m = apply(w, &a);

    command(w, m, ALERT_EV_VISIT_ENDS, "no_hardship");
    assert_null(m->alert);
    a.state = FINDING_CHANGED;
    a.version = 2;
    a.date = march(8);
    (void) apply(w, &a);
    assert_null(m->alert);
    a.version = 3;
    a.subject.has_margin = true;
    a.subject.margin = -6000;
    (void) apply(w, &a);
    assert_non_null(m->alert);
    assert_int_equal(m->alert->level, LEVEL_RED);
    assert_int_equal(m->alert->finding_count, 1);
    assert_int_equal(m->alert->opened, march(8));
}

static void
help_under_way_goes_on(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_HARDSHIP_WARNING, "other_hardship", march(4));
    matter_t *m = apply(w, &a);
    alert_t *alert = m->alert;

    alert->needs = "medical";
    command(w, m, ALERT_EV_VISIT_REFERS, NULL);
    (void) withdraw(w, a, march(6), false);
    assert_int_equal(alert->state, ALERT_REFERRED);
    command(w, m, ALERT_EV_REFERRALS_ENDED, "delivered");
    assert_int_equal(alert->state, ALERT_CLOSED);
}

static void
every_need_must_be_answered(void **state)
{
    alert_t alert = { .needs = "medical,employment" };
    referral_t a = { .need = "medical", .state = "declined" };
    referral_t b = { .need = "medical", .state = "confirmed" };
    referral_t c = { .need = "employment", .state = "delivered" };
    const referral_t *all[] = { &a, &b, &c };
    bool confirmed = false;

    (void) state;
    assert_false(merge_referrals_ended(&alert, all, 1, &confirmed)); /* a declined one is followed by another */
    assert_false(merge_referrals_ended(&alert, all, 2, &confirmed));
    assert_false(merge_referrals_ended(&alert, all, 3, &confirmed));
    c.state = "cancelled";
    assert_true(merge_referrals_ended(&alert, all, 3, &confirmed));
    assert_true(confirmed);
    b.state = "cancelled";
    assert_true(merge_referrals_ended(&alert, all, 3, &confirmed));
    assert_false(confirmed);
}

static void
a_move_is_followed(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_CATEGORY_CHANGE, "marginal", march(4));
    matter_t *m = apply(w, &a);

    a.state = FINDING_CHANGED;
    a.version = 2;
    a.region = MOVED;
    (void) apply(w, &a);
    assert_string_equal(m->alert->region, MOVED);
    assert_string_equal(m->alert->desk, "320681101");
    assert_string_equal(m->alert->published_region, MOVED);
    (void) apply(w, &a); /* the same version again, from the other topic */
    assert_int_equal(m->alert->version, 2);
}

/* What the matter looks like at rest, by business keys. */
static void
describe(const matter_t *m, str_t *ret)
{
    const alert_t *a = m->alert;

    str_printf(ret, "%s %s %s %s opened %d due %d:", m->name, alert_state_names[a->state], level_names[a->level],
               kind_names[a->kind], (int) a->opened, (int) a->due);
    for (size_t i = 0; i < a->finding_count; i++) {
        char id[UUID_TEXT_SIZE];

        uuid_format(&a->findings[i]->id, id);
        str_printf(ret, " %s=%s", id, finding_state_names[a->findings[i]->state]);
    }
}

static void
permute(world_t *w, finding_in_t *in, size_t n, size_t k, str_t *first, size_t *count)
{
    if (k == n) {
        AUTO_STR now = STR_INIT;
        matter_t *m = NULL;

        work_done(&w->work);
        work_init(&w->work, w->arena);
        w->merge.day = INT32_MIN;
        for (size_t i = 0; i < n; i++)
            m = apply(w, &in[i]);
        describe(m, &now);
        if (first->len == 0)
            str_add(first, str_c(&now));
        assert_string_equal(str_c(&now), str_c(first));
        ++*count;
        return;
    }
    for (size_t i = k; i < n; i++) {
        finding_in_t swap = in[k];

        in[k] = in[i];
        in[i] = swap;
        permute(w, in, n, k + 1, first, count);
        in[i] = in[k];
        in[k] = swap;
    }
}

static matter_t *
follow(world_t *w, finding_in_t *in, const char *person, int32_t date)
{
    char name[MATTER_SIZE];
    matter_t *from, *to;
    cause_t cause = { .actor = NULL };
    err_t err = { 0 };

    in->before = in->person;
    uuid_derive("person", person, &in->person);
    in->version++;
    in->state = FINDING_CHANGED;
    in->date = date;
    matter_name(in->subject.kind, in->subject.category, &in->before, name);
    from = work_matter(&w->work, &in->household, name);
    matter_name(in->subject.kind, in->subject.category, &in->person, name);
    to = work_matter(&w->work, &in->household, name);
    assert_true(merge_follow(&w->merge, from, to, in, &cause, &err));
    assert_true(merge_finding(&w->merge, to, in, &cause, &err));
    return to;
}

/* A newborn gets an ID: the same alert goes on, with its deadline and whoever is on the way. */
static void
an_alert_goes_on_under_the_other_name(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_ENTITLEMENT_NOT_DRAWN, "disability_living", march(4)), again;
    matter_t *old, *now;
    alert_t *alert;
    int32_t due;

    uuid_derive("person", "newborn", &a.person);
    old = apply(w, &a);
    alert = old->alert;
    due = alert->due;
    alert->assignee = "tester";
    command(w, old, ALERT_EV_ASSIGN, NULL);
    now = follow(w, &a, "registered", march(6));
    assert_ptr_not_equal(old, now);
    assert_ptr_equal(now->alert, alert);
    assert_null(old->alert);
    assert_int_equal(old->finding_count, 0);
    assert_int_equal(now->finding_count, 1);
    assert_string_equal(alert->matter, now->name);
    assert_int_equal(alert->state, ALERT_ASSIGNED);
    assert_int_equal(alert->due, due);
    assert_true(uuid_eq(&alert->findings[0]->person, &a.person));
    again = a;
    again.version++;
    assert_ptr_equal(apply(w, &again), now);
    assert_int_equal(alert->finding_count, 1);
}

/* Both had an alert: the finding joins the one that is there, the other one has nothing left. */
static void
two_alerts_of_one_person(void **state)
{
    world_t *w = *state;
    finding_in_t a = finding(w, "a", KIND_ENTITLEMENT_NOT_DRAWN, "disability_living", march(4)), b = a;
    matter_t *old, *now;
    alert_t *left;

    uuid_derive("person", "newborn", &a.person);
    uuid_derive("person", "registered", &b.person);
    uuid_derive("finding", "b", &b.finding);
    old = apply(w, &a);
    left = old->alert;
    now = apply(w, &b);
    assert_ptr_equal(follow(w, &a, "registered", march(6)), now);
    assert_int_equal(now->alert->finding_count, 2);
    assert_int_equal(left->state, ALERT_CLOSED);
    assert_string_equal(left->closed_reason, "facts_changed");
}

static void
order_within_a_day_does_not_matter(void **state)
{
    world_t *w = *state;
    AUTO_STR first = STR_INIT;
    size_t count = 0;
    finding_in_t in[] = {
        finding(w, "a", KIND_BENEFIT_CHANGE, "dibao", march(4)),
        finding(w, "b", KIND_CATEGORY_CHANGE, "marginal", march(4)),
        finding(w, "c", KIND_NEWLY_QUALIFIES, "dibao", march(4)),
        finding(w, "d", KIND_REVIEW_DUE, "dibao", march(4)),
        finding(w, "e", KIND_MEMBER_CHANGE, "dibao", march(4)),
    };

    in[4].subject.rule = "death";
    permute(w, in, COUNT_OF(in), 0, &first, &count);
    assert_int_equal(count, 120);
    assert_true(str_starts(str_c(&first), "livelihood open orange member_change"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_open_alert_per_matter),
        TEST(a_sum_that_grows_is_no_news), TEST(closes_when_nothing_is_left),
        TEST(reopening_starts_a_new_alert),
        TEST(who_is_on_the_way_sees_the_withdrawal),
        TEST(settled_closes_an_assigned_one_at_once),
        TEST(overdue_rises_one_step_once),
        TEST(a_snooze_holds_the_deadline_back),
        TEST(silence_keeps_quiet_but_not_for_red),
        TEST(what_waited_comes_when_the_silence_ends),
        TEST(a_visit_is_undone_only_by_something_worse),
        TEST(a_visited_one_waits_for_the_register),
        TEST(dealt_with_stays_quiet_unless_it_worsens),
        TEST(help_under_way_goes_on),
        TEST(every_need_must_be_answered),
        TEST(a_move_is_followed),
        TEST(an_alert_goes_on_under_the_other_name),
        TEST(two_alerts_of_one_person),
        TEST(order_within_a_day_does_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
