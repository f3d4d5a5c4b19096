/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "offer.h"
#include "referral_in.h"
#include <string.h>

#define TITLE "title: { zh: 甲, en: a }, basis: b"
static const char file[] =
    "organisation: clinic\nname: { zh: 诊所, en: Clinic }\nprogrammes:\n"
    "  - { programme: first, " TITLE ", needs: [medical], regions: [\"32\"], order: 1, auto_offer: true, "
    "capacity: 1, answer_within: 2 }\n"
    "  - { programme: second, " TITLE ", needs: [medical], regions: [\"32\"], order: 2 }\n";

typedef struct {
    directory_t *directory;
    calendar_t *calendar;
    arena_t *arena;
    int64_t used[4];
    offer_t offer;
    offer_case_t c;
    str_t log;
} world_t;

static const cause_t cause = { .actor = NULL };

static bool
record(void *ctx, const referral_t *r, const cause_t *why, err_t *err)
{
    world_t *w = ctx;

    (void) why;
    (void) err;
    str_printf(&w->log, "%d:%s:%s ", (int) r->number, r->programme, referral_state_names[r->state]);
    return true;
}

static int
setup(void **state)
{
    world_t *w = mem_new(world_t);
    err_t err = { 0 };

    if (!directory_parse("clinic.yaml", file, sizeof(file) - 1, &w->directory, &err) ||
        !calendar_load(SOURCE_DIR "/deploy/config/calendar.yaml", &w->calendar, &err))
        fail_msg("%s", err.text);
    w->arena = arena_new(4096);
    w->offer = (offer_t){ .directory = w->directory, .calendar = w->calendar, .arena = w->arena, .used = w->used,
                          .day = date_of(2024, 3, 4), .publish = record, .publish_ctx = w };
    w->c = (offer_case_t){ .region = "320681100207", .category = "dibao" };
    uuid_derive("alert", "A", &w->c.alert);
    uuid_derive("household", "H", &w->c.household);
    uuid_derive("finding", "F", &w->c.correlation);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    world_t *w = *state;

    directory_destroy(&w->directory);
    calendar_destroy(&w->calendar);
    arena_destroy(&w->arena);
    str_done(&w->log);
    mem_free(w);
    return 0;
}

static referral_t *
need(world_t *w)
{
    err_t err = { 0 };

    assert_true(offer_need(&w->offer, &w->c, NEED_MEDICAL, &cause, &err));
    return w->offer.all[w->offer.count - 1];
}

static void
step(world_t *w, referral_t *r, referral_event_t event)
{
    err_t err = { 0 };

    if (!offer_step(&w->offer, r, event, &cause, &err))
        fail_msg("%s", err.text);
}

static void
one_referral_per_need_with_a_derived_id(void **state)
{
    world_t *w = *state;
    referral_t *r = need(w);
    char id[UUID_TEXT_SIZE], text[64];
    uuid_t expected;

    (void) need(w); /* the alert's later versions change nothing */
    assert_int_equal(w->offer.count, 1);
    uuid_format(&w->c.alert, id);
    (void) snprintf(text, sizeof(text), "%s/medical", id);
    uuid_derive("referral", text, &expected);
    assert_true(uuid_eq(&r->id, &expected));
    assert_int_equal(r->state, REFERRAL_OFFERED);
    assert_int_equal(r->due, date_of(2024, 3, 6));
    assert_int_equal(r->version, 1);
    assert_int_equal(w->used[0], 1);
    assert_string_equal(str_c(&w->log), "1:first:offered ");
}

static void
declined_goes_to_the_next_and_then_to_the_desk(void **state)
{
    world_t *w = *state;
    referral_t *first = need(w), *second, *third;
    err_t err = { 0 };

    first->reason = "outside the programme";
    step(w, first, REFERRAL_EV_DECLINE);
    assert_int_equal(w->used[0], 0);
    second = w->offer.all[1];
    assert_true(uuid_eq(&second->previous, &first->id));
    assert_string_equal(second->programme, "second");
    assert_int_equal(second->state, REFERRAL_PROPOSED); /* not offered without the desk */
    assert_true(offer_approve(&w->offer, second, NULL, &cause, &err));
    assert_int_equal(second->state, REFERRAL_OFFERED);
    step(w, second, REFERRAL_EV_DECLINE);
    third = w->offer.all[2];
    assert_int_equal(third->state, REFERRAL_PROPOSED);
    assert_string_equal(third->programme, "");
    assert_string_equal(third->reason, "no_programme");
    assert_int_equal(third->number, 3);
    assert_false(offer_approve(&w->offer, third, NULL, &cause, &err));
    assert_string_equal(err.code, "conflict");
    assert_false(offer_approve(&w->offer, third, "nowhere", &cause, &err));
    assert_string_equal(err.pointer, "/programme");
    assert_true(offer_approve(&w->offer, third, "first", &cause, &err)); /* the desk may ask again */
    assert_null(third->reason);
    assert_string_equal(str_c(&w->log), "1:first:offered 1:first:declined 2:second:proposed 2:second:offered "
                                        "2:second:declined 3::proposed 3:first:offered ");
}

static void
places_are_counted(void **state)
{
    world_t *w = *state;
    referral_t *first = need(w), *other;
    err_t err = { 0 };

    uuid_derive("alert", "B", &w->c.alert);
    other = need(w);
    assert_string_equal(other->programme, "second"); /* the first one is full */
    assert_false(offer_approve(&w->offer, other, "first", &cause, &err));
    assert_string_equal(err.code, "conflict");
    step(w, first, REFERRAL_EV_ACCEPT);
    assert_int_equal(w->used[0], 1);
    step(w, first, REFERRAL_EV_DELIVER);
    assert_int_equal(w->used[0], 0);
    step(w, first, REFERRAL_EV_CONFIRM);
    assert_true(offer_approve(&w->offer, other, "first", &cause, &err));
    assert_int_equal(w->used[0], 1);
}

static void
a_closed_alert_cancels_what_nobody_accepted(void **state)
{
    world_t *w = *state;
    referral_t *r = need(w), *accepted;
    err_t err = { 0 };

    assert_true(offer_cancel_open(&w->offer, &w->c.alert, &cause, &err));
    assert_int_equal(r->state, REFERRAL_CANCELLED);
    assert_string_equal(r->reason, "alert_closed");
    uuid_derive("alert", "B", &w->c.alert);
    accepted = need(w);
    step(w, accepted, REFERRAL_EV_ACCEPT);
    assert_true(offer_cancel_open(&w->offer, &w->c.alert, &cause, &err));
    assert_int_equal(accepted->state, REFERRAL_ACCEPTED);
}

static void
an_unanswered_offer_is_overdue_once(void **state)
{
    world_t *w = *state;
    referral_t *r = need(w);
    err_t err = { 0 };

    w->offer.day = r->due;
    assert_true(offer_overdue(&w->offer, r, &cause, &err));
    assert_false(r->overdue);
    w->offer.day++;
    assert_true(offer_overdue(&w->offer, r, &cause, &err));
    assert_true(offer_overdue(&w->offer, r, &cause, &err));
    assert_true(r->overdue);
    assert_int_equal(r->version, 2);
}

static void
a_household_that_moves_takes_its_referrals_along(void **state)
{
    world_t *w = *state;
    referral_t *r = need(w);
    err_t err = { 0 };

    assert_true(offer_move(&w->offer, &w->c.alert, "320681101001", &cause, &err));
    assert_true(offer_move(&w->offer, &w->c.alert, "320681101001", &cause, &err));
    assert_string_equal(r->region, "320681101001");
    assert_int_equal(r->version, 2);
    step(w, r, REFERRAL_EV_CANCEL);
    assert_true(offer_move(&w->offer, &w->c.alert, "320681100207", &cause, &err));
    assert_int_equal(r->version, 3);
}

static void
commands_are_checked(void **state)
{
    static const struct {
        const char *text, *pointer;
    } answers[] = {
        { "{\"answer\":\"perhaps\"}", "/answer" },
        { "{}", "/answer" },
        { "{\"answer\":\"declined\"}", "/reason" },
        { "{\"answer\":\"declined\",\"reason\":\"call 13800138000\"}", "/reason" },
        { "{\"answer\":\"accepted\"}", NULL },
        { "{\"answer\":\"declined\",\"reason\":\"within 2024-06 no place\"}", NULL },
    }, deliveries[] = {
        { "{\"outcome\":\"helped\",\"amount\":\"820.00\",\"on\":\"2024-03-05\"}", NULL },
        { "{\"outcome\":\"helped\",\"on\":\"2024-03-05\"}", NULL },
        { "{\"outcome\":\"We helped!\",\"on\":\"2024-03-05\"}", "/outcome" },
        { "{\"outcome\":\"helped\",\"amount\":\"-1.00\",\"on\":\"2024-03-05\"}", "/amount" },
        { "{\"outcome\":\"helped\",\"amount\":\"1.001\",\"on\":\"2024-03-05\"}", "/amount" },
        { "{\"outcome\":\"helped\",\"on\":\"2024-03-09\"}", "/on" },
        { "{\"outcome\":\"helped\",\"on\":\"2024-03-01\"}", "/on" },
        { "{\"outcome\":\"helped\"}", "/on" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(answers) + COUNT_OF(deliveries); i++) {
        bool first = i < COUNT_OF(answers);
        const char *text = first ? answers[i].text : deliveries[i - COUNT_OF(answers)].text;
        const char *pointer = first ? answers[i].pointer : deliveries[i - COUNT_OF(answers)].pointer;
        AUTO(json) json = NULL;
        err_t err = { 0 };
        answer_in_t answer;
        deliver_in_t deliver;
        bool ok;

        assert_true(json_parse(text, strlen(text), &json, &err));
        ok = first ? referral_in_answer(json_root(json), &answer, &err)
                   : referral_in_deliver(json_root(json), date_of(2024, 3, 4), date_of(2024, 3, 8), &deliver, &err);
        if (ok != (pointer == NULL))
            fail_msg("%s: %s", text, ok ? "accepted" : err.text);
        if (pointer != NULL)
            assert_string_equal(err.pointer, pointer);
    }
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_referral_per_need_with_a_derived_id),
        TEST(declined_goes_to_the_next_and_then_to_the_desk),
        TEST(places_are_counted),
        TEST(a_closed_alert_cancels_what_nobody_accepted),
        TEST(an_unanswered_offer_is_overdue_once),
        TEST(a_household_that_moves_takes_its_referrals_along),
        cmocka_unit_test(commands_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
