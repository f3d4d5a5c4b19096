/* SPDX-License-Identifier: Apache-2.0 */
/* Incremental = full.  Thousands of random histories of small villages (comparison_history.c): what arrives event by event, over
 * weeks, whatever the batches, the order of departments, crashes, and the days in between, leads to the same open findings as
 *   - a full comparison at the end, also one that remembers nothing of what was found before; and
 *   - a register that was told at once, in another order, of what counts in the end.
 *
 *     PLIMSOLL_HISTORIES=100000   how many                    (1,500)
 *     PLIMSOLL_SEED=17            the first round's seed      (1)
 *
 * Villages share a register, so that there are many in a second.  A village that differs is played again alone, and its history is
 * made as small as it still differs. */
#include "comparison_history.h"
#include "testcomparison_sql.h"

#include "domain/date.h"

#include <stdio.h>
#include <unistd.h>

#define VILLAGES_MAX 400

typedef struct {
    uint64_t seed;
    days_t days;
    unsigned later;     /* slot from which on another policy governs */
    unsigned protects;  /* slot from which on balances need an authorisation */
    unsigned told_at;   /* slot at which all is told at once; 0: before the first day */
    village_t villages[VILLAGES_MAX];
    size_t count;
    arena_t *arena;
} round_t;

static fixture_t fx;
static char folder[] = "/tmp/plimsoll-whole.XXXXXX";

/* --- policies: the shipped ones, and this test's that extend them --- */

static void
link_policy(const char *from, const char *name)
{
    char cwd[512], path[1024], there[1024];

    assert_non_null(getcwd(cwd, sizeof cwd));
    (void) snprintf(path, sizeof path, "%s/%s", cwd, from);
    (void) snprintf(there, sizeof there, "%s/%s.yaml", folder, name);
    assert_int_equal(symlink(path, there), 0);
}

static const char *const shipped[] = { "qidong", "jiangsu", "national", "national-findings", "national-hardship", "national-aid",
                                       "national-support", "national-household" };

static void
use_policy(const char *name)
{
    char path[64];

    (void) snprintf(path, sizeof path, "%s/%s.yaml", folder, name);
    mem_free(fx.config.policy);
    fx.config.policy = mem_strdup(path);
}

static int
group_setup(void **state)
{
    (void) state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < COUNT_OF(shipped); i++) {
        char path[64];

        (void) snprintf(path, sizeof path, "deploy/policies/%s.yaml", shipped[i]);
        link_policy(path, shipped[i]);
    }
    link_policy("tests/integration/comparison_whole.yaml", "whole");
    link_policy("tests/integration/comparison_whole_later.yaml", "whole_later");
    fixture_start(&fx, &testcomparison_statements, STMT_reset);
    return 0;
}

static int
group_teardown(void **state)
{
    static const char *const own[] = { "whole", "whole_later" };
    char path[64];

    (void) state;
    fixture_stop(&fx);
    for (size_t i = 0; i < COUNT_OF(shipped) + COUNT_OF(own); i++) {
        (void) snprintf(path, sizeof path, "%s/%s.yaml", folder, i < COUNT_OF(own) ? own[i] : shipped[i - COUNT_OF(own)]);
        (void) unlink(path);
    }
    (void) rmdir(folder);
    return 0;
}

/* --- a round --- */

static void
round_make(round_t *self, uint64_t seed, size_t villages)
{
    uint64_t sequence = seed * 0x9e3779b97f4a7c15u;

    self->seed = seed;
    (void) draw(&sequence, 2);
    self->days.first = fixture_day("2024-04-01") + (int32_t) draw(&sequence, 300);
    self->days.last = self->days.first + 35 + (int32_t) draw(&sequence, 30);
    self->days.slots = 8 + draw(&sequence, 8);
    self->later = draw(&sequence, 2) == 0 ? UINT32_MAX : 1 + draw(&sequence, self->days.slots - 1);
    self->protects = draw(&sequence, 2) == 0 ? UINT32_MAX : draw(&sequence, self->days.slots);
    self->told_at = draw(&sequence, 2) == 0 ? 0 : draw(&sequence, self->days.slots);
    self->arena = arena_new(1 << 20);
    self->count = villages;
    for (size_t v = 0; v < villages; v++)
        village_make(&self->villages[v], seed, (unsigned) v, &self->days, self->arena);
}

static void
begin(round_t *self, const char *policy)
{
    static const int64_t chunks[] = { 1000, 7, 150 };

    use_policy(policy);
    fx.config.require_authorisation = true;
    mem_free(fx.config.fixed);
    fx.config.fixed = mem_strdup("hrss.pensions");
    fx.is_protected = false;
    fx.alert_seq = 0;
    fixture_reset(&fx);
    fx.config.chunk_households = chunks[self->seed % COUNT_OF(chunks)];
    fx.part = self->seed / 3 % 4;
}

static void
day_of(const round_t *self, unsigned slot, char ret[DATE_TEXT_SIZE])
{
    date_format(self->days.first + (self->days.last - self->days.first) * (int32_t) slot / (int32_t) (self->days.slots - 1), ret);
}

/* A transaction is lost, and its events are applied by another process; or they are applied. */
static void
flush(uint64_t *sequence)
{
    if (draw(sequence, 150) == 0) {
        size_t part = fx.part;

        fx.part = 0;
        fx.fail_commit = true;
        fixture_flush_again(&fx);
        fx.fail_commit = false;
        fx.part = part;
        fixture_restart(&fx);
    }
    fixture_flush(&fx);
}

/* Ends an event here and there, and a transaction. */
static void
end_event(size_t dataset, bool is_protected, const char *day, uint64_t *sequence)
{
    static const char *const other = "person:other";
    uint32_t changed = draw(sequence, 40); /* the dataset's file, now and then */

    fx.is_protected = village_is_protected(dataset) && is_protected;
    fx.key_names = village_key_names(dataset) == NULL || changed == 0 ? NULL : changed == 1 ? other : village_key_names(dataset);
    fixture_hold(&fx, village_dataset(dataset), day);
    if (draw(sequence, 6) == 0)
        flush(sequence);
}

static void
shuffle(size_t *numbers, size_t n, uint64_t *sequence)
{
    for (size_t i = 0; i < n; i++)
        numbers[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t k = draw(sequence, (uint32_t) i), kept = numbers[i - 1];

        numbers[i - 1] = numbers[k];
        numbers[k] = kept;
    }
}

static bool
is_said(const step_t *s, unsigned slot)
{
    return s->slot == slot && !s->idle && !s->left_out;
}

/* Where events and transactions end is drawn for each village by itself, so that it ends there as well when others are left out. */
static uint64_t
apart(const round_t *self, unsigned slot, size_t village, size_t step)
{
    uint64_t sequence = ((self->seed * 1009 + slot) * 1000003 + village) * 4099 + step;

    (void) draw(&sequence, 2);
    return sequence * 0x9e3779b97f4a7c15u;
}

/* What the departments say on one day, in any order of theirs. */
static void
play_records(const round_t *self, unsigned slot, const char *day)
{
    size_t order[64], n = village_datasets();
    uint64_t sequence = apart(self, slot, VILLAGES_MAX, 0);

    shuffle(order, n, &sequence);
    for (size_t d = 0; d < n; d++) {
        for (size_t v = 0; v < self->count; v++) {
            const village_t *village = &self->villages[v];

            for (size_t s = 0; s < village->step_count; s++) {
                if (!is_said(&village->steps[s], slot) || village_dataset_of(village, &village->steps[s]) != order[d])
                    continue;
                uint64_t own = apart(self, slot, village->number, s);
                village_say(village, &fx, &self->days, &village->steps[s]);
                if (draw(&own, 5) == 0)
                    end_event(order[d], slot >= self->protects, day, &own);
            }
        }
        if (fx.pending_count > 0 || (village_is_protected(order[d]) && slot == self->protects))
            end_event(order[d], slot >= self->protects, day, &sequence);
    }
    flush(&sequence);
}

static void
play_slot(const round_t *self, unsigned slot)
{
    char day[DATE_TEXT_SIZE];

    day_of(self, slot, day);
    play_records(self, slot, day);
    for (size_t v = 0; v < self->count; v++) {
        const village_t *village = &self->villages[v];

        for (size_t s = 0; s < village->step_count; s++)
            if (is_said(&village->steps[s], slot) && (village->steps[s].kind == STEP_MOVE || village->steps[s].kind == STEP_SAME)) {
                uint64_t own = apart(self, slot, village->number, s);
                village_tell(village, &fx, &village->steps[s]);
                if (draw(&own, 4) == 0)
                    flush(&own);
            }
    }
    fixture_flush(&fx);
    for (size_t v = 0; v < self->count; v++)
        for (size_t s = 0; s < self->villages[v].step_count; s++)
            if (is_said(&self->villages[v].steps[s], slot) && self->villages[v].steps[s].kind >= STEP_DECIDE)
                village_rule(&self->villages[v], &fx, &self->days, &self->villages[v].steps[s], false);
    if (slot == self->later) {
        err_t err = { 0 };

        use_policy("whole_later");
        if (!comparison_reload(fx.comparison, &err))
            fail_msg("%s", err.text);
    }
    fixture_tick(&fx, day);
}

static void
play_as_it_came(round_t *self)
{
    begin(self, "whole");
    for (unsigned slot = 0; slot < self->days.slots; slot++)
        play_slot(self, slot);
}

typedef struct {
    size_t village, thing, at;
} last_t;

static int
last_order(const void *a, const void *b)
{
    const last_t *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

static void
tell_records(const round_t *self, const char *day, uint64_t *sequence)
{
    size_t order[64], n = village_datasets(), count = 0, most = 0;

    for (size_t v = 0; v < self->count; v++)
        most += self->villages[v].thing_count;
    AUTO_FREE last_t *lasts = mem_new_array(last_t, most + 1);
    for (size_t v = 0; v < self->count; v++)
        for (size_t t = 0; t < self->villages[v].thing_count; t++) {
            lasts[count] = (last_t){ .village = v, .thing = t };
            village_say_last(&self->villages[v], &fx, &self->days, t, &lasts[count].at, false);
            count += lasts[count].at != SIZE_MAX;
        }
    qsort(lasts, count, sizeof *lasts, last_order);
    shuffle(order, n, sequence);
    for (size_t d = 0; d < n; d++) {
        for (size_t i = 0; i < count; i++) {
            const village_t *village = &self->villages[lasts[i].village];
            const step_t of = { .kind = STEP_PUT, .thing = (unsigned) lasts[i].thing };
            size_t ignored;

            if (village_dataset_of(village, &of) == order[d])
                village_say_last(village, &fx, &self->days, lasts[i].thing, &ignored, true);
            if (fx.pending_count > 200)
                end_event(order[d], self->protects < self->days.slots, day, sequence);
        }
        if (fx.pending_count > 0 || village_is_protected(order[d]))
            end_event(order[d], self->protects < self->days.slots, day, sequence);
    }
    fixture_flush(&fx);
}

/* Who is whom, before or after the records. */
static void
tell_persons(const round_t *self)
{
    for (size_t v = 0; v < self->count; v++) {
        village_tell_last(&self->villages[v], &fx);
        fixture_flush(&fx);
    }
}

static void
play_at_once(round_t *self)
{
    uint64_t sequence = self->seed * 37 + 11;
    bool persons_first = draw(&sequence, 2) == 0;
    char day[DATE_TEXT_SIZE];

    begin(self, self->later < self->days.slots ? "whole_later" : "whole");
    day_of(self, 0, day);
    for (unsigned slot = 0; self->told_at > 0 && slot <= self->told_at; slot++) {
        day_of(self, slot, day);
        fixture_tick(&fx, day);
    }
    if (persons_first)
        tell_persons(self);
    tell_records(self, day, &sequence);
    if (!persons_first)
        tell_persons(self);
    for (size_t v = 0; v < self->count; v++)
        for (size_t s = 0; s < self->villages[v].step_count; s++)
            if (self->villages[v].steps[s].kind >= STEP_DECIDE && !self->villages[v].steps[s].left_out)
                village_rule(&self->villages[v], &fx, &self->days, &self->villages[v].steps[s], true);
    day_of(self, 0, day); /* the first business day is the same */
    if (self->told_at == 0)
        fixture_tick(&fx, day);
    day_of(self, self->days.slots - 1, day);
    fixture_tick(&fx, day);
}

/* --- what is found --- */

/* Adds the lines of `a` that `b` has not. */
static void
add_missing(const char *what, const str_t *a, const str_t *b, str_t *ret)
{
    for (const char *line = str_c(a), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        AUTO_STR text = STR_INIT;

        str_add_n(&text, line, (size_t) (end + 1 - line));
        const char *at = strstr(str_c(b), str_c(&text));
        if (at == NULL || (at != str_c(b) && at[-1] != '\n'))
            str_printf(ret, "%s: %s", what, str_c(&text));
    }
}

static void
add_difference(const char *a_name, const str_t *a, const char *b_name, const str_t *b, str_t *ret)
{
    char what[96];

    (void) snprintf(what, sizeof what, "%s, not %s", a_name, b_name);
    add_missing(what, a, b, ret);
    (void) snprintf(what, sizeof what, "%s, not %s", b_name, a_name);
    add_missing(what, b, a, ret);
}

static void
state_of(str_t *ret)
{
    fixture_lines(&fx, STMT_whole_state, ret);
}

/* Persons and findings are found with their household. */
static void
expect_in_place(void)
{
    assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
}

/* Plays the round both ways; the lines in which they differ. */
static void
round_play(round_t *self, str_t *ret, size_t *ret_lines)
{
    AUTO_STR came = STR_INIT, anew = STR_INIT, fresh = STR_INIT, once = STR_INIT;

    play_as_it_came(self);
    state_of(&came);
    expect_in_place();
    fixture_execute(&fx, STMT_forget_basis);
    fixture_compare(&fx);
    state_of(&anew);
    add_difference("as it came", &came, "compared", &anew, ret);
    fixture_execute(&fx, STMT_forget_findings);
    fixture_compare(&fx);
    state_of(&fresh);
    add_difference("as it came", &came, "compared afresh", &fresh, ret);
    play_at_once(self);
    state_of(&once);
    expect_in_place();
    add_difference("as it came", &came, "told at once", &once, ret);
    *ret_lines = 0;
    for (const char *c = str_c(&once); (c = strchr(c, '\n')) != NULL; c++)
        *ret_lines += 1;
}

/* --- making it small --- */

static bool
differs(round_t *self)
{
    AUTO_STR text = STR_INIT;
    size_t lines;

    village_settle(&self->villages[0]);
    round_play(self, &text, &lines);
    return text.len > 0;
}

/* Leaves out as many steps at a time as can be, ever fewer. */
static void
make_small(round_t *self)
{
    village_t *v = &self->villages[0];

    for (size_t n = v->step_count / 2; n > 0; n /= 2) {
        for (size_t from = 0; from < v->step_count; from += n) {
            size_t to = from + n < v->step_count ? from + n : v->step_count;
            bool was[2048], any = false;

            for (size_t i = from; i < to; i++) {
                was[i] = v->steps[i].left_out;
                any |= !was[i];
                v->steps[i].left_out = true;
            }
            if (any && !differs(self))
                for (size_t i = from; i < to; i++)
                    v->steps[i].left_out = was[i];
        }
    }
    village_settle(v);
}

/* false: it does not differ alone. */
static bool
explain(round_t *self, unsigned number)
{
    AUTO_STR text = STR_INIT;
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    size_t lines;

    village_make(&self->villages[0], self->seed, number, &self->days, self->arena);
    self->count = 1;
    date_format(self->days.first, first);
    date_format(self->days.last, last);
    if (!differs(self))
        return false;
    if (getenv("PLIMSOLL_AS_IT_IS") == NULL)
        make_small(self);
    round_play(self, &text, &lines);
    (void) fprintf(stderr, "village %u, %s to %s in %u days, another policy from day %d, protected from day %d, told at %u:\n%s", number, first,
                   last, self->days.slots, (int) self->later, (int) self->protects, self->told_at, str_c(&text));
    village_print(&self->villages[0], &fx, &self->days);
    return true;
}

static void
expect_no_difference(round_t *self, const str_t *difference)
{
    size_t count = self->count;
    bool told = false, any_named = false;

    if (difference->len == 0)
        return;
    (void) fprintf(stderr, "PLIMSOLL_SEED=%llu PLIMSOLL_HISTORIES=%zu\n%.4000s\n", (unsigned long long) self->seed, self->count, str_c(difference));
    for (unsigned v = 0; v < count && !told; v++) {
        bool named = village_is_of(v, str_c(difference));

        any_named |= named;
        told = named && explain(self, v);
        if (named && !told) {
            (void) fprintf(stderr, "village %u differs only beside others:\n", v);
            village_print(&self->villages[0], &fx, &self->days);
        }
    }
    for (unsigned v = 0; v < count && !told && !any_named; v++)
        told = explain(self, v);
    fail();
}

static unsigned long long
number_of(const char *name, unsigned long long otherwise)
{
    const char *text = getenv(name);

    return text == NULL || text[0] == '\0' ? otherwise : strtoull(text, NULL, 10);
}

static void
test_incremental_is_full(void **state)
{
    uint64_t seed = number_of("PLIMSOLL_SEED", 1);
    size_t left = number_of("PLIMSOLL_HISTORIES", 1500), total = 0, histories = left;

    (void) state;
    while (left > 0) {
        /* some are alone, so that transactions and events are small */
        size_t n = seed % 4 == 0 ? 5 : VILLAGES_MAX, lines;
        AUTO_STR difference = STR_INIT;
        round_t round;

        n = n < left ? n : left;
        round_make(&round, seed, n);
        round_play(&round, &difference, &lines);
        expect_no_difference(&round, &difference);
        arena_destroy(&round.arena);
        total += lines;
        left -= n;
        seed++;
    }
    assert_true(total > histories * 5); /* there was something to find */
    print_message("%zu histories, %zu findings and enrolments at rest\n", histories, total);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_incremental_is_full) };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
