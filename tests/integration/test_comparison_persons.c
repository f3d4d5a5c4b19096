/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudonyms that turn out to be one person, and records that turn out to be another's: whatever the order in which departments
 * and the door said it, the state at rest is as if the right one had been known from the start; and what was known before is
 * still explained as it was. */
#include "comparison_alias.h"
#include "domain/date.h"
#include "ruling.h"
#include "testcomparison_sql.h"
#include "world.h"

static fixture_t fx;

static int
group_setup(void **state)
{
    return fixture_group(state, &fx, &testcomparison_statements, STMT_reset);
}

static const char *
home_of(int household)
{
    static char ret[UUID_TEXT_SIZE];
    uuid_t id = fixture_household(household);

    uuid_format(&id, ret);
    return ret;
}

static void
lines(unsigned statement, str_t *ret)
{
    str_clear(ret);
    fixture_lines(&fx, statement, ret);
}

static size_t
count(const char *text, const char *part, const char *other)
{
    size_t n = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        AUTO_STR line = STR_INIT;

        str_add_n(&line, text, len);
        n += strstr(str_c(&line), part) != NULL && strstr(str_c(&line), other) != NULL;
        text += len + (text[len] == '\n');
    }
    return n;
}

/* One household of 1, who has no income to speak of, and of 102, a newborn with a certificate. */
static void
newborn(void)
{
    fixture_members(&fx, 1, "2023-01-01", (const int[]){ 1, ALIAS + 2 }, 2, false);
    fixture_send(&fx, "civil.households", "2024-02-20");
    alias_put(&fx, "wage 2024-01", 1, true, "income.wage", "2024-01-01", "2024-02-01", 30000, NULL);
    fixture_send(&fx, "hrss.wages", "2024-02-20");
    alias_put(&fx, "certificate", ALIAS + 2, true, "disability.certificate", "2024-01-03", NULL, 1, "physical");
    fixture_send(&fx, "dpf.certificates", "2024-02-20");
    fixture_tick(&fx, "2024-03-01");
}

/* A finding about a person goes on under its id when it is known who that is. */
static void
test_a_finding_goes_on(void **state)
{
    AUTO_STR history = STR_INIT, now = STR_INIT;
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE], before[80];

    (void) state;
    newborn();
    lines(STMT_history, &history);
    assert_int_equal(count(str_c(&history), "\"category\":\"disability_nursing\"", alias_name(ALIAS + 2, a)), 1);
    alias_tell(&fx, 2, true);
    lines(STMT_history, &history);
    (void) snprintf(before, sizeof before, "\"person_before\":\"%s\"", alias_name(ALIAS + 2, a));
    assert_int_equal(count(str_c(&history), before, "\"state\":\"changed\""), 2); /* of both allowances */
    assert_int_equal(count(str_c(&history), "withdrawn", "entitlement_not_drawn"), 0);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", alias_name(2, b)), 1);
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", ""), 1);
    /* told again: nothing happens */
    size_t versions = count(str_c(&history), "", "");
    alias_tell(&fx, 2, true);
    lines(STMT_history, &history);
    assert_int_equal(count(str_c(&history), "", ""), versions);
    /* it was wrong: as it was before */
    alias_tell(&fx, 2, false);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", alias_name(ALIAS + 2, a)), 1);
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", ""), 1);
    alias_tell(&fx, 2, true);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", alias_name(2, b)), 1);
}

static void
load(uint64_t position, world_t **ret_world, dossier_t *ret)
{
    AUTO(db_tx) tx = NULL;
    uuid_t id = fixture_household(1);
    household_t *h = NULL;

    *ret_world = world_new(fx.arena, fx.comparison->terms);
    OK(db_tx_begin(fx.db, &tx, err));
    OK(run_household(tx, *ret_world, &id, position, &h, err));
    assert_non_null(h);
    assert_true(world_dossier(*ret_world, h, fixture_day("2024-03-01"), ret));
}

/* What was known before is what was known before. */
static void
test_the_past_is_as_it_was(void **state)
{
    world_t *world;
    dossier_t d;
    uuid_t alias = fixture_person(ALIAS + 2), head = fixture_person(2);
    uint64_t before, after;

    (void) state;
    newborn();
    alias_put(&fx, "bill 7", 2, false, "expense.medical.self_paid", "2024-02-01", NULL, 100, NULL);
    fixture_send(&fx, "medical.settlements", "2024-02-20");
    before = fx.seq;
    alias_tell(&fx, 2, true);
    after = fx.seq;
    alias_tell(&fx, 2, false);
    for (int i = 0; i < 4; i++) {
        bool merged = i == 1;

        load(i == 0 ? before : i == 1 ? after : i == 2 ? fx.seq : UINT64_MAX, &world, &d);
        assert_int_equal(d.member_count, 2);
        assert_memory_equal(d.members[1].person.b, merged ? head.b : alias.b, 16);
        assert_int_equal(d.members[1].fact_count, merged ? 2 : 1);
        assert_int_equal(d.members[1].born == fixture_day("1960-01-03"), merged);
        world_destroy(&world);
    }
}

/* Records of one thing that came under both names count once, the newer; taken back, the other one counts again. */
static void
test_one_record_under_two_names(void **state)
{
    world_t *world;
    dossier_t d;

    (void) state;
    newborn();
    alias_put(&fx, "wage 2024-02", ALIAS + 2, true, "income.wage", "2024-02-01", "2024-03-01", 111, NULL);
    alias_put(&fx, "wage 2024-02", 2, true, "income.wage", "2024-02-01", "2024-03-01", 222, NULL);
    fixture_send(&fx, "hrss.wages", "2024-03-02");
    alias_tell(&fx, 2, true);
    for (int i = 0; i < 2; i++) {
        load(UINT64_MAX, &world, &d);
        assert_int_equal(d.members[1].fact_count, 2);
        assert_int_equal(d.members[1].facts[1].value, i == 0 ? 222 : 111);
        world_destroy(&world);
        alias_retract(&fx, "wage 2024-02", 2, true);
        fixture_send(&fx, "hrss.wages", "2024-03-02");
    }
}

/* Somebody stands in two households, under a name in each: one of them counts, as when it is the same name. */
static void
test_claimed_by_two_households(void **state)
{
    AUTO_STR now = STR_INIT;
    char id[UUID_TEXT_SIZE], home[UUID_TEXT_SIZE];
    uuid_t u = fixture_household(2);

    (void) state;
    newborn();
    fixture_members(&fx, 2, "2024-02-01", (const int[]){ 3, 2 }, 2, false);
    fixture_send(&fx, "civil.households", "2024-03-02");
    alias_put(&fx, "bill 8", ALIAS + 2, false, "expense.medical.self_paid", "2024-02-01", NULL, 2500000, NULL);
    fixture_send(&fx, "medical.settlements", "2024-03-02");
    alias_tell(&fx, 2, true);
    uuid_format(&u, home);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "hardship_warning", home), 1); /* the later claim */
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", alias_name(2, id)), 1);
    fixture_members(&fx, 2, "2024-02-01", (const int[]){ 3 }, 1, false);
    fixture_send(&fx, "civil.households", "2024-03-02");
    lines(STMT_same_state, &now);
    u = fixture_household(1);
    uuid_format(&u, home);
    assert_int_equal(count(str_c(&now), "hardship_warning", home), 1);
}

/* Records that are another person's: those that are here move, with everything that they say of others. */
static void
test_records_move(void **state)
{
    char from[UUID_TEXT_SIZE], to[UUID_TEXT_SIZE], key[33];
    AUTO_STR item = STR_INIT;
    world_t *world;
    dossier_t d;
    uint64_t before;

    (void) state;
    newborn();
    alias_put(&fx, "wage 2024-02", 1, true, "income.wage", "2024-02-01", "2024-03-01", 222, NULL);
    alias_put(&fx, "wage 2023-12", 1, true, "income.wage", "2023-12-01", "2024-01-01", 333, NULL);
    fixture_send(&fx, "hrss.wages", "2024-03-02");
    alias_put(&fx, "bill 9", 1, false, "expense.medical.self_paid", "2024-02-01", NULL, 100, NULL);
    fixture_send(&fx, "medical.settlements", "2024-03-02");
    before = fx.seq;
    alias_key("wage 2024-02", 1, true, key);
    str_printf(&item, "{\"from\":\"%s\",\"to\":\"%s\",\"datasets\":[\"medical.settlements\"],\"records\":[{\"dataset\":\"hrss.wages\",\"record\":\"%s\"}]}",
               alias_name(1, from), alias_name(9, to), key);
    fixture_hold_persons(&fx, "moves", str_c(&item));
    fixture_flush(&fx);
    load(UINT64_MAX, &world, &d);
    assert_int_equal(d.members[0].fact_count, 2); /* January and December */
    world_destroy(&world);
    load(before, &world, &d);
    assert_int_equal(d.members[0].fact_count, 4);
    world_destroy(&world);
    /* a correction of what has moved finds it where it is */
    str_printf(&fx.pending, "{\"index\":0,\"key\":\"%s\",\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"income.wage\",\"from\":\"2024-02-01\",\"to\":\"2024-03-01\",\"value\":5}]}",
               key, to);
    fx.pending_count = 1;
    fixture_send(&fx, "hrss.wages", "2024-03-03");
    /* and who is listed with all that the register says moves as well */
    str_clear(&item);
    str_printf(&item, "{\"from\":\"%s\",\"to\":\"%s\",\"datasets\":[\"civil.households\",\"hrss.wages\"]}", from, to);
    fixture_hold_persons(&fx, "moves", str_c(&item));
    fixture_flush(&fx);
    load(UINT64_MAX, &world, &d);
    uuid_t nine = fixture_person(9);
    assert_memory_equal(d.members[0].person.b, nine.b, 16);
    assert_int_equal(d.members[0].fact_count, 4);
    for (size_t i = 0; i < d.members[0].fact_count; i++)
        assert_int_not_equal(d.members[0].facts[i].value, 222);
    world_destroy(&world);
}

/* What was decided about somebody stays decided when it is known who that is, and nothing waits for who does not live here. */
static void
test_decided_under_another_name(void **state)
{
    AUTO_STR now = STR_INIT;
    ruling_t r = { .id = fixture_person(900), .household = fixture_household(1), .person = fixture_person(ALIAS + 2), .verb = RULING_REFUSES,
                   .category = "disability_nursing", .from = fixture_day("2024-01-01"), .until = fixture_day("2025-01-01") };
    const decided_t decided = { .ruling = &r, .reason = "because it is so", .conference = "1", .actor = "test",
                                .day = fixture_day("2024-03-01") };

    (void) state;
    newborn();
    fixture_decide(&fx, &decided);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "disability_nursing", ""), 0);
    alias_tell(&fx, 2, true);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "disability_nursing", ""), 0);
    alias_tell(&fx, 2, false);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "disability_nursing", ""), 0);
}

/* Decides about somebody's allowance under the name; the number tells decisions apart. */
static void
decide(int number, int person, ruling_verb_t verb)
{
    ruling_t r = { .id = fixture_person(900 + number), .household = fixture_household(1), .person = fixture_person(person), .verb = verb,
                   .category = "disability_nursing", .from = fixture_day("2024-01-01"), .until = fixture_day("2025-01-01") };

    fixture_decide(&fx, &(decided_t){ .ruling = &r, .reason = "because it is so", .conference = "1", .actor = "test",
                                      .day = fixture_day("2024-03-01") });
}

/* What counts of the decisions about 102, and whether the allowance is found. */
static void
assert_decided(ruling_verb_t verb /* RULING_COUNT: none */, bool found)
{
    AUTO(db_tx) tx = NULL;
    AUTO(world) world = world_new(fx.arena, fx.comparison->terms);
    AUTO_STR now = STR_INIT;
    ruling_verb_t counts = RULING_COUNT;
    uuid_t id = fixture_household(1);
    household_t *h;
    dossier_t d;

    OK(db_tx_begin(fx.db, &tx, err));
    OK(run_household(tx, world, &id, UINT64_MAX, &h, err));
    OK(store_rulings(tx, world, RULING_NOW, err));
    assert_true(world_dossier(world, h, fixture_day("2024-03-01"), &d));
    for (size_t i = 0; i < d.ruling_count; i++) {
        if (!uuid_eq(&d.rulings[i].person, &d.members[1].person))
            continue;
        assert_int_equal(counts, RULING_COUNT); /* one at most */
        counts = d.rulings[i].verb;
    }
    assert_int_equal(counts, verb);
    db_tx_destroy(&tx);
    lines(STMT_same_state, &now);
    assert_int_equal(count(str_c(&now), "entitlement_not_drawn disability_nursing", ""), found);
}

/* Decided under both names of one person about the same: the later counts, also where it is that none does; of two people each has
 * its own. */
static void
test_decided_under_two_names(void **state)
{
    (void) state;
    for (int turn = 0; turn < 2; turn++) {
        int first = turn == 0 ? ALIAS + 2 : 2, second = turn == 0 ? 2 : ALIAS + 2;

        fixture_reset(&fx);
        newborn();
        alias_tell(&fx, 2, true);
        assert_decided(RULING_COUNT, true);
        decide(1, first, RULING_REFUSES);
        assert_decided(RULING_REFUSES, false);
        decide(2, second, RULING_GRANTS);
        assert_decided(RULING_GRANTS, true);
        decide(3, first, RULING_REFUSES);
        assert_decided(RULING_REFUSES, false);
        decide(4, second, RULING_WITHDRAWN);
        assert_decided(RULING_COUNT, true);
        alias_tell(&fx, 2, false); /* 2 does not live here: of the decisions about the two, 102 has its own */
        if (turn == 0)
            assert_decided(RULING_REFUSES, false);
        else
            assert_decided(RULING_COUNT, true);
        alias_tell(&fx, 2, true);
        assert_decided(RULING_COUNT, true);
    }
}

/* The rows of enrolments follow a household that moves, also those that came under another name. */
static void
test_enrolments_move_with_the_household(void **state)
{
    AUTO_STR now = STR_INIT;
    char id[UUID_TEXT_SIZE];

    (void) state;
    newborn();
    alias_put(&fx, "nursing", 2, false, "enrolment.disability_nursing", "2024-01-01", NULL, 17000, NULL);
    fixture_send(&fx, "civil.enrolments", "2024-02-20");
    alias_tell(&fx, 2, true);
    lines(STMT_enrolments, &now);
    assert_int_equal(count(str_c(&now), alias_name(2, id), "320681100201"), 1);
    fixture_record(&fx, "household 1", "\"facts\":[],\"household\":{\"household\":\"%s\",\"region\":\"320681999999\",\"area\":\"rural\",\"effective\":"
                                       "\"2023-01-01\",\"members\":[{\"person\":\"%s\",\"relation\":\"head\",\"sex\":\"f\",\"born\":\"2024-01-01\"}]}",
                   home_of(1), alias_name(ALIAS + 2, id));
    fixture_send(&fx, "civil.households", "2024-03-02");
    lines(STMT_enrolments, &now);
    assert_int_equal(count(str_c(&now), alias_name(2, id), "320681999999"), 1);
    assert_int_equal(count(str_c(&now), "", ""), 1);
}

/* The households of the first three that are warned of. */
static size_t
victims(int first, int second)
{
    AUTO_STR now = STR_INIT;
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];

    fixture_record(&fx, "fire", "\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"event.emergency\",\"from\":\"2024-02-20\",\"code\":\"fire\"},"
                                "{\"holder\":{\"person\":\"%s\"},\"kind\":\"event.emergency\",\"from\":\"2024-02-20\",\"code\":\"fire\"}]",
                   alias_name(first, a), alias_name(second, b));
    fixture_send(&fx, "emergency.victims", "2024-03-02");
    lines(STMT_same_state, &now);
    return 100 * count(str_c(&now), "hardship_warning", home_of(1)) + 10 * count(str_c(&now), "hardship_warning", home_of(2)) +
           count(str_c(&now), "hardship_warning", home_of(3));
}

/* A record of several people is corrected: it stays with one of them, and whom it no longer names holds nothing of it. */
static void
test_record_of_several_people(void **state)
{
    (void) state;
    for (int i = 1; i <= 3; i++) {
        fixture_members(&fx, i, "2023-01-01", (const int[]){ i }, 1, false);
        fixture_send(&fx, "civil.households", "2024-02-20");
    }
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(victims(1, 2), 110);
    assert_int_equal(victims(2, 3), 11);
    assert_int_equal(victims(3, 3), 1);
    fixture_restart(&fx);
    assert_int_equal(victims(1, 1), 100);
}

/* --- random histories --- */

#define PEOPLE 10
#define HOMES 6
#define STEPS 120
#define RECORDS 80

static uint64_t random_state;

static unsigned
draw(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned) (random_state >> 33) % n;
}

/* From another sequence than what is said. */
static unsigned
draw_apart(uint64_t *sequence, unsigned n)
{
    *sequence = *sequence * 6364136223846793005u + 1442695040888963407u;
    return (unsigned) (*sequence >> 33) % n;
}

/* One thing that departments say, with what they said of it last under each of its two names, and when. */
typedef struct {
    size_t kind;
    int person, home, month;
    struct {
        bool live;
        unsigned value, at;
        int members[4];
        size_t member_count;
    } said[2]; /* under the name, under the other name; kinds whose key names nobody have the first only */
    bool other;   /* by which name it was said last */
} thing_t;

static const struct {
    const char *dataset, *fact, *code;
    bool by_person;
} kinds[] = {
    { "civil.households", NULL, NULL, false },
    { "hrss.wages", "income.wage", NULL, true },
    { "dpf.certificates", "disability.certificate", "physical", true },
    { "medical.settlements", "expense.medical.self_paid", NULL, false },
    { "civil.enrolments", "enrolment.disability_nursing", NULL, false },
    { "civil.children", "enrolment.child_in_difficulty", "orphan", true },
};

static thing_t things[RECORDS];

static void
make_things(void)
{
    memset(things, 0, sizeof things);
    for (size_t i = 0; i < RECORDS; i++) {
        things[i].kind = i < HOMES ? 0 : 1 + draw(COUNT_OF(kinds) - 1);
        things[i].home = 1 + (int) i;
        things[i].person = 1 + (int) draw(PEOPLE);
        things[i].month = (int) i; /* keys of their own */
    }
}

/* `to_right`: whoever is told under the other name is told under the right one. */
static void
say(const thing_t *t, size_t name, bool to_right)
{
    const unsigned value = t->said[name].value;
    int person = t->person + (t->other && !to_right ? ALIAS : 0);
    char rest[48], from[16], to[16];

    if (kinds[t->kind].by_person)
        person = t->person + (name == 1 && !to_right ? ALIAS : 0);
    if (t->kind == 0) {
        int members[4];
        size_t n = 0;

        for (size_t i = 0; i < t->said[0].member_count; i++) {
            int who = t->said[0].members[i], right = who % ALIAS;
            bool again = false;

            for (size_t k = 0; to_right && k < t->said[0].member_count; k++) /* listed twice: under the right name, or first */
                again |= k != i && t->said[0].members[k] % ALIAS == right && (t->said[0].members[k] == right || (who != right && k < i));
            if (!again)
                members[n++] = to_right ? right : who;
        }
        (void) snprintf(from, sizeof from, "2023-0%u-01", 1 + value % 9);
        fixture_members(&fx, t->home, from, members, n, value % 11 == 0);
        return;
    }
    (void) snprintf(rest, sizeof rest, "%s %d %d", kinds[t->kind].dataset, t->month, kinds[t->kind].by_person ? 0 : 1);
    (void) snprintf(from, sizeof from, "2023-%02u-01", 1 + value % 12);
    (void) snprintf(to, sizeof to, "2024-%02u-01", 1 + value % 12);
    alias_put(&fx, rest, person, kinds[t->kind].by_person, kinds[t->kind].fact, from, value % 3 == 0 ? to : NULL, (long long) (value % 7) * 400000 + 1,
        kinds[t->kind].code);
}

static void
unsay(const thing_t *t, size_t name)
{
    char rest[48], household[32];

    if (t->kind == 0) {
        (void) snprintf(household, sizeof household, "household %d", t->home);
        fixture_retract(&fx, household);
        return;
    }
    (void) snprintf(rest, sizeof rest, "%s %d %d", kinds[t->kind].dataset, t->month, kinds[t->kind].by_person ? 0 : 1);
    alias_retract(&fx, rest, t->person + (kinds[t->kind].by_person && name == 1 ? ALIAS : 0), kinds[t->kind].by_person);
}

static void
random_say(unsigned at)
{
    thing_t *t = &things[draw(RECORDS)];
    size_t name = kinds[t->kind].by_person ? draw(2) : 0;
    unsigned value = draw(1000);

    if (t->said[name].live && draw(6) == 0) {
        t->said[name].live = false;
        unsay(t, name);
    } else {
        if (t->said[name].live && t->said[name].value == value)
            return; /* what says nothing new is no version */
        t->said[name].live = true;
        t->said[name].value = value;
        t->said[name].at = at;
        t->other = draw(2) == 0;
        t->said[name].member_count = draw(4);
        for (size_t i = 0; i < t->said[name].member_count; i++) {
            t->said[name].members[i] = 1 + (int) draw(PEOPLE) + (draw(2) == 0 ? ALIAS : 0);
            for (size_t k = 0; k < i; k++)
                if (t->said[name].members[k] == t->said[name].members[i]) {
                    t->said[name].member_count = i;
                    break;
                }
        }
        say(t, name, false);
    }
    fixture_hold(&fx, kinds[t->kind].dataset, "2024-03-01");
}

static void
say_what_counts(void)
{
    for (unsigned at = 0; at < STEPS; at++) /* in the order in which it was said */
        for (size_t i = 0; i < RECORDS; i++)
            for (size_t name = 0; name < 2; name++) {
                const thing_t *t = &things[i];
                bool overtaken = t->said[1 - name].live && t->said[1 - name].at > t->said[name].at;

                if (!t->said[name].live || t->said[name].at != at || overtaken)
                    continue;
                say(t, name, true);
                fixture_hold(&fx, kinds[t->kind].dataset, "2024-03-01");
            }
}

/* Departments say things under either name, correct and take back; who is whom is told, taken back and told again; the clock moves;
 * processes die.  In the end all is known. */
static void
run_history(uint64_t seed, bool restart)
{
    bool same[PEOPLE + 1] = { false };
    unsigned flush_every;
    uint64_t apart = seed;

    random_state = seed;
    make_things();
    flush_every = 1 + draw(9);
    for (unsigned at = 0; at < STEPS; at++) {
        random_say(at);
        if (draw(8) == 0) {
            int n = 1 + (int) draw(PEOPLE);

            same[n] = !same[n];
            alias_hold(&fx, n, same[n]);
        }
        if (at % flush_every == 0)
            fixture_flush(&fx);
        if (at == STEPS / 3) {
            fixture_flush(&fx);
            fixture_tick(&fx, "2024-03-01");
        }
        if (restart && draw_apart(&apart, 10) == 0) { /* a transaction is lost with all its events, and applied again by the next process */
            fx.fail_commit = true;
            fixture_flush_again(&fx);
            fx.fail_commit = false; /* there was nothing to lose */
            fixture_restart(&fx);
        }
    }
    for (int n = 1; n <= PEOPLE; n++)
        if (!same[n])
            alias_hold(&fx, n, true);
    fixture_flush(&fx);
    fixture_tick(&fx, "2024-04-01");
}

static void
expect_same(int round, const char *what, const str_t *got, const str_t *want)
{
    if (strcmp(str_c(got), str_c(want)) == 0)
        return;
    (void) fprintf(stderr, "round %d: %s\n%s\nin place of\n%s\n", round, what, str_c(got), str_c(want)); /* longer than cmocka tells */
    fail();
}

static void
test_as_if_known_from_the_start(void **state)
{
    int rounds = getenv("PERSONS_ROUNDS") != NULL ? (int) strtol(getenv("PERSONS_ROUNDS"), NULL, 10) : 10;

    (void) state;
    for (int round = 1; round <= rounds; round++) {
        AUTO_STR told = STR_INIT, told_rows = STR_INIT, again = STR_INIT, right = STR_INIT, right_rows = STR_INIT;

        fixture_reset(&fx);
        run_history((uint64_t) round * 7919, false);
        lines(STMT_same_state, &told);
        lines(STMT_enrolments, &told_rows);
        assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
        fixture_compare(&fx);
        lines(STMT_same_state, &again);
        expect_same(round, "a full comparison", &again, &told);
        fixture_reset(&fx);
        say_what_counts();
        fixture_flush(&fx);
        fixture_tick(&fx, "2024-03-01");
        fixture_tick(&fx, "2024-04-01");
        lines(STMT_same_state, &right);
        lines(STMT_enrolments, &right_rows);
        expect_same(round, "found", &told, &right);
        expect_same(round, "enrolments", &told_rows, &right_rows);
        fixture_reset(&fx);
        run_history((uint64_t) round * 7919, true);
        lines(STMT_same_state, &again);
        expect_same(round, "with crashes", &again, &told);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_finding_goes_on, fixture_group_reset),
        cmocka_unit_test_setup(test_the_past_is_as_it_was, fixture_group_reset),
        cmocka_unit_test_setup(test_one_record_under_two_names, fixture_group_reset),
        cmocka_unit_test_setup(test_claimed_by_two_households, fixture_group_reset),
        cmocka_unit_test_setup(test_record_of_several_people, fixture_group_reset),
        cmocka_unit_test_setup(test_decided_under_another_name, fixture_group_reset),
        cmocka_unit_test_setup(test_decided_under_two_names, fixture_group_reset),
        cmocka_unit_test_setup(test_enrolments_move_with_the_household, fixture_group_reset),
        cmocka_unit_test_setup(test_records_move, fixture_group_reset),
        cmocka_unit_test_setup(test_as_if_known_from_the_start, fixture_group_reset),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
