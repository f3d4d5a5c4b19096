/* SPDX-License-Identifier: Apache-2.0 */
#include "db_fixture.h"

#include "base/failpoint.h"
#include "comparison_fixture.h"
#include "domain/date.h"

#define HELD_MAX 256

static struct {
    stream_event_t events[HELD_MAX];
    event_t *decoded[HELD_MAX];
    size_t n;
} held;

static void
begin(fixture_t *self, db_tx_t **ret)
{
    arena_reset(self->arena);
    OK(db_tx_begin(self->db, ret, err));
}

static void
roll_back(fixture_t *self)
{
    stream_rollback(self->findings);
    comparison_rolled_back(self->comparison);
}

/* As the service skeleton does. */
static void
commit(fixture_t *self, db_tx_t **tx)
{
    const stream_sent_t *sent;
    size_t n;

    OK(stream_flush(self->findings, *tx, err));
    if (self->fail_commit) {
        self->fail_commit = false;
        db_tx_destroy(tx);
        roll_back(self);
        return;
    }
    OK(db_tx_commit(tx, err));
    stream_committed(self->findings, &sent, &n);
}

static const db_stmt_set_t *fixture_sets[4]; /* the service's, the stream's, the test's own */

static void
on_statement(void *ctx, const char *set, const char *stmt, int64_t duration_us)
{
    fixture_t *self = ctx;

    (void) set;
    (void) stmt;
    (void) duration_us;
    if (++self->passed == self->strike_at)
        self->strike(self);
}

void
fixture_open_lane(fixture_t *self)
{
    db_options_t options = fixture_options("comparison", fixture_sets);

    db_lane_destroy(&self->lane);
    db_lane_destroy(&self->beside);
    OK(db_lane_open(&options, &self->lane, err));
    OK(db_lane_open(&options, &self->beside, err));
    db_set_observer(self->db, on_statement, self);
    db_lane_set_observer(self->lane, on_statement, self);
    db_lane_set_observer(self->beside, on_statement, self);
    self->comparison->lane = self->no_lane ? NULL : self->lane;
    self->comparison->beside = self->no_beside ? NULL : self->beside;
}

static void
connect(fixture_t *self)
{
    AUTO(db_tx) tx = NULL;

    self->db = fixture_open("comparison", fixture_sets);
    OK(comparison_new(&self->config, &self->comparison, err));
    begin(self, &tx);
    OK(comparison_connected(self->comparison, tx, err));
    OK(stream_open(tx, "findings", "/services/comparison", &self->findings, err));
    OK(db_tx_commit(&tx, err));
    fixture_open_lane(self);
    if (self->group_records > 0)
        self->comparison->group_records = self->group_records;
    self->comparison->keys->search_blocks = self->comparison->keys->index_blocks = 1; /* likewise the history has several parts */
}

void
fixture_start(fixture_t *self, const db_stmt_set_t *own, unsigned reset)
{
    const db_migration_set_t *const migrations[] = { &stream_migrations, &comparison_migrations, NULL };
    db_options_t options = fixture_options("comparison", NULL);

    (void) last_error;
    *self = (fixture_t){ .own = own, .reset = reset,
                         .group_records = 2, /* so few that what is small here has several groups, too */
                         .config = { .policy = mem_strdup("deploy/policies/qidong.yaml"),
                                     .calendar = mem_strdup("deploy/config/calendar.yaml"), .clock = mem_strdup("manual"),
                                     .fixed = mem_strdup("civil.households,hrss.wages,hrss.pensions,police.deaths"), .chunk_households = 1000, .homes_mib = 1,
                                     .tick_budget_ms = 60000 } };
    self->arena = arena_new(1 << 20);
    fixture_sets[0] = store_statements[0];
    fixture_sets[1] = &stream_statements;
    fixture_sets[2] = own;
    OK(db_migrate(&options, migrations, err));
    connect(self);
}

static void
disconnect(fixture_t *self)
{
    stream_destroy(&self->findings);
    comparison_destroy(&self->comparison);
    db_lane_destroy(&self->lane);
    db_lane_destroy(&self->beside);
    db_destroy(&self->db);
}

void
fixture_restart(fixture_t *self)
{
    disconnect(self);
    connect(self);
}

void
fixture_execute(fixture_t *self, unsigned stmt)
{
    AUTO(db_tx) tx = NULL;

    OK(db_tx_begin(self->db, &tx, err));
    OK(db_exec(tx, self->own, stmt, NULL, NULL, err));
    OK(db_tx_commit(&tx, err));
}

void
fixture_reset(fixture_t *self)
{
    fixture_execute(self, self->reset);
    self->seq = 0;
    self->key_names = NULL;
    self->config.chunk_households = 1000;
    fixture_restart(self);
}

void
fixture_stop(fixture_t *self)
{
    disconnect(self);
    arena_destroy(&self->arena);
    str_done(&self->pending);
    mem_free(self->config.policy);
    mem_free(self->config.calendar);
    mem_free(self->config.clock);
    mem_free(self->config.fixed);
}

int
fixture_group(void **state, fixture_t *self, const db_stmt_set_t *own, unsigned reset)
{
    *state = self;
    fixture_start(self, own, reset);
    return 0;
}

int
fixture_group_reset(void **state)
{
    fixture_reset(*state);
    return 0;
}

int
fixture_group_stop(void **state)
{
    fixture_stop(*state);
    return 0;
}

uuid_t
fixture_person(int n)
{
    uuid_t id;
    char text[16];

    (void) snprintf(text, sizeof text, "%d", n);
    uuid_derive("person", text, &id);
    return id;
}

uuid_t
fixture_household(int n)
{
    uuid_t id;
    char text[16];

    (void) snprintf(text, sizeof text, "%d", n);
    uuid_derive("household", text, &id);
    return id;
}

int32_t
fixture_day(const char *text)
{
    int32_t day = 0;

    assert_true(date_parse(text, strlen(text), &day));
    return day;
}

/* --- writing records --- */

static void
begin_record(fixture_t *self, const char *key, const char *op)
{
    hash_t hash;
    char hex[33];

    hash_of(key, strlen(key), &hash);
    str_hex(hash.b, 16, hex);
    str_printf(&self->pending, "%s{\"index\":%zu,\"key\":\"%s\",\"op\":\"%s\",", self->pending_count > 0 ? "," : "",
               self->pending_count, hex, op);
    self->pending_count++;
}

void
fixture_record(fixture_t *self, const char *key, const char *fmt, ...)
{
    char text[8192];
    va_list args;

    begin_record(self, key, "put");
    va_start(args, fmt);
    assert_true(vsnprintf(text, sizeof text, fmt, args) < (int) sizeof text);
    va_end(args);
    str_add(&self->pending, text);
    str_add_char(&self->pending, '}');
}

void
fixture_fact(fixture_t *self, const char *key, int person, const char *kind, const char *from, const char *to, long long value,
             const char *code)
{
    char holder[UUID_TEXT_SIZE];
    uuid_t id = person < 0 ? fixture_household(-person) : fixture_person(person);
    AUTO_STR text = STR_INIT;

    uuid_format(&id, holder);
    str_printf(&text, "\"facts\":[{\"holder\":{\"%s\":\"%s\"},\"kind\":\"%s\",\"from\":\"%s\",\"value\":%lld",
               person < 0 ? "household" : "person", holder, kind, from, value);
    if (to != NULL)
        str_printf(&text, ",\"to\":\"%s\"", to);
    if (code != NULL)
        str_printf(&text, ",\"code\":\"%s\"", code);
    str_add(&text, "}]");
    fixture_record(self, key, "%s", str_c(&text));
}

void
fixture_members(fixture_t *self, int household, const char *effective, const int *persons, size_t n, bool closed)
{
    char id[UUID_TEXT_SIZE], key[32];
    uuid_t u = fixture_household(household);
    AUTO_STR text = STR_INIT;

    uuid_format(&u, id);
    (void) snprintf(key, sizeof key, "household %d", household);
    str_printf(&text, "\"facts\":[],\"household\":{\"household\":\"%s\",\"region\":\"320681100%03d\",\"area\":\"rural\","
                      "\"effective\":\"%s\",\"closed\":%s,\"members\":[",
               id, 200 + household % 7, effective, closed ? "true" : "false");
    for (size_t i = 0; i < n; i++) {
        u = fixture_person(persons[i]);
        uuid_format(&u, id);
        str_printf(&text, "%s{\"person\":\"%s\",\"relation\":\"%s\",\"sex\":\"f\",\"born\":\"1960-01-%02d\"}", i > 0 ? "," : "", id,
                   i == 0 ? "head" : "other", 1 + persons[i] % 28);
    }
    str_add(&text, "]}");
    fixture_record(self, key, "%s", str_c(&text));
}

void
fixture_retract(fixture_t *self, const char *key)
{
    begin_record(self, key, "retract");
    str_add(&self->pending, "\"facts\":[]}");
}

static void
add_holder(fixture_t *self, int holder)
{
    char id[UUID_TEXT_SIZE];
    uuid_t u = holder < 0 ? fixture_household(-holder) : fixture_person(holder);

    uuid_format(&u, id);
    if (holder == 0)
        str_add(&self->pending, "\"facts\":[],\"holder\":null}");
    else
        str_printf(&self->pending, "\"facts\":[],\"holder\":{\"%s\":\"%s\"}}", holder < 0 ? "household" : "person", id);
}

void
fixture_retract_of(fixture_t *self, const char *key, int holder)
{
    begin_record(self, key, "retract");
    add_holder(self, holder);
}

void
fixture_nothing(fixture_t *self, const char *key, int holder)
{
    begin_record(self, key, "put");
    add_holder(self, holder);
}

void
fixture_end(fixture_t *self, const char *key, int32_t on)
{
    char date[DATE_TEXT_SIZE];

    begin_record(self, key, "end");
    date_format(on, date);
    str_printf(&self->pending, "\"on\":\"%s\"}", date);
}

/* --- applying --- */

static void
hold(fixture_t *self, const char *type, const char *subject, slice_t data)
{
    AUTO_STR frame = STR_INIT;
    char id[UUID_TEXT_SIZE], seq[32];
    uuid_t u;

    assert_true(held.n < HELD_MAX);
    (void) snprintf(seq, sizeof seq, "%llu", (unsigned long long) ++self->seq);
    uuid_derive("facts", seq, &u);
    uuid_format(&u, id);
    event_draft_t draft = { .id = id, .source = "/services/intake", .type = type, .subject = subject, .time_us = 1,
                            .sequence = self->seq, .data = data };
    event_encode(&draft, &frame);
    OK(event_decode(frame.ptr, frame.len, &held.decoded[held.n], err));
    held.events[held.n] = (stream_event_t){ .seq = self->seq, .topic = "fact/x", .event = held.decoded[held.n],
                                            .record_to = SIZE_MAX };
    held.n++;
}

void
fixture_hold(fixture_t *self, const char *dataset, const char *received)
{
    AUTO_STR data = STR_INIT;
    char names[96] = "";

    if (self->key_names != NULL && !self->no_key_names)
        (void) snprintf(names, sizeof names, "\"key_names\":\"%s\",", self->key_names);
    str_printf(&data, "{\"dataset\":\"%s\",\"department\":\"test\",\"batch\":\"b\",\"received\":\"%s\",%s%s\"records\":[%s]}", dataset,
               received, self->is_protected ? "\"protected\":true," : "", names, str_c(&self->pending));
    self->key_names = NULL;
    hold(self, "plimsoll.facts.v1", dataset, str_slice(&data));
    str_clear(&self->pending);
    self->pending_count = 0;
}

void
fixture_hold_persons(fixture_t *self, const char *member, const char *items)
{
    AUTO_STR data = STR_INIT;

    str_printf(&data, "{\"cause\":\"c\",\"received\":\"2024-03-01\",\"%s\":[%s]}", member, items);
    hold(self, "plimsoll.persons.v1", NULL, str_slice(&data));
}

static bool
attempt(fixture_t *self, const facts_batch_t *batch, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    const stream_sent_t *sent;
    size_t n;

    begin(self, &tx);
    if (!run_facts(self->comparison, tx, self->findings, self->arena, batch, &self->done, err) || !stream_flush(self->findings, tx, err) ||
        !db_tx_commit(&tx, err))
        return false;
    stream_committed(self->findings, &sent, &n);
    return true;
}

static void
arm(fixture_t *self, size_t place)
{
    AUTO_STR spec = STR_INIT;

    self->passed = 0;
    self->strike_at = self->strike == NULL ? 0 : place;
    if (self->failpoint != NULL)
        str_printf(&spec, "%s:error:%zu", self->failpoint, place);
    failpoint_init(str_c(&spec));
}

static void
disarm(fixture_t *self)
{
    self->strike_at = 0;
    failpoint_init(NULL);
}

/* As the service does when a connection is lost: the process goes on with others. */
static void
reconnect(fixture_t *self)
{
    AUTO(db_tx) tx = NULL;

    roll_back(self);
    db_lane_destroy(&self->lane);
    db_lane_destroy(&self->beside);
    db_destroy(&self->db);
    self->db = fixture_open("comparison", fixture_sets);
    begin(self, &tx);
    OK(comparison_connected(self->comparison, tx, err));
    OK(stream_reload(self->findings, tx, err));
    OK(db_tx_commit(&tx, err));
    fixture_open_lane(self);
}

/* As the service does: what fails is rolled back, and done again until it is through. */
static void
apply_struck(fixture_t *self, const facts_batch_t *batch)
{
    size_t place = 1;

    for (bool ok = false; !ok;) {
        err_t err = { 0 };

        arm(self, place);
        ok = attempt(self, batch, &err);
        bool struck = self->strike_at > 0 && self->passed >= self->strike_at;
        disarm(self);
        if (!ok) {
            if (err.cls != ERR_RETRY || err.outage != struck)
                fail_msg("place %zu: %s (%s)", place, err.text, err.code);
            self->attempts++;
            roll_back(self);
        }
        if (struck)
            reconnect(self);
        place += 1 + (self->seq + place) % 5;
    }
}

void
fixture_flush_again(fixture_t *self)
{
    size_t part = self->part == 0 ? held.n : self->part;

    for (size_t from = 0; from < held.n; from += part) {
        size_t left = held.n - from, n = part < left ? part : left;
        const facts_batch_t batch = { &held.events[from], n, &held.events[from + n], left - n };

        if (self->failpoint != NULL || self->strike != NULL) {
            apply_struck(self, &batch);
        } else {
            AUTO(db_tx) tx = NULL;

            begin(self, &tx);
            OK(run_facts(self->comparison, tx, self->findings, self->arena, &batch, &self->done, err));
            commit(self, &tx);
        }
        if (self->between != NULL && n < left)
            self->between(self);
    }
}

void
fixture_flush_lost(fixture_t *self)
{
    AUTO(db_tx) tx = NULL;
    err_t err = { 0 };

    begin(self, &tx);
    const facts_batch_t batch = { .events = held.events, .n = held.n };
    if (run_facts(self->comparison, tx, self->findings, self->arena, &batch, &self->done, &err))
        fail_msg("a connection was lost, and nobody noticed");
    assert_int_equal(err.cls, ERR_RETRY);
    assert_true(err.outage);
    db_tx_destroy(&tx);
    roll_back(self);
}

void
fixture_flush(fixture_t *self)
{
    fixture_flush_again(self);
    for (size_t i = 0; i < held.n; i++)
        event_destroy(&held.decoded[i]);
    held.n = 0;
}

void
fixture_send(fixture_t *self, const char *dataset, const char *received)
{
    fixture_hold(self, dataset, received);
    fixture_flush(self);
}

void
fixture_decide(fixture_t *self, const decided_t *decided)
{
    AUTO(db_tx) tx = NULL;
    bool ended;

    begin(self, &tx);
    OK(run_decide(self->comparison, tx, self->findings, self->arena, decided, &ended, &self->done, err));
    commit(self, &tx);
}

void
fixture_alert(fixture_t *self, const char *data)
{
    AUTO(db_tx) tx = NULL;
    AUTO(event) decoded = NULL;
    AUTO_STR frame = STR_INIT;
    char id[UUID_TEXT_SIZE], seq[32];
    uuid_t u;

    (void) snprintf(seq, sizeof seq, "%llu", (unsigned long long) ++self->alert_seq);
    uuid_derive("alerts", seq, &u);
    uuid_format(&u, id);
    event_draft_t draft = { .id = id, .source = "/services/alerting", .type = "plimsoll.alert.v1", .time_us = 1,
                            .sequence = self->alert_seq, .data = { data, strlen(data) } };
    event_encode(&draft, &frame);
    OK(event_decode(frame.ptr, frame.len, &decoded, err));
    const stream_event_t event = { .seq = self->alert_seq, .topic = "alert/x", .event = decoded, .record_to = SIZE_MAX };
    begin(self, &tx);
    OK(run_outcomes(self->comparison, tx, self->findings, "alerts", self->arena, &event, 1, &self->done, err));
    commit(self, &tx);
}

bool
fixture_tick_steps(fixture_t *self, const char *to, size_t n)
{
    bool done = false, lost;

    self->done = (comparison_done_t){ .assessed = 0 };
    for (size_t i = 0; i < n && !done; i++) {
        AUTO(db_tx) tx = NULL;
        comparison_done_t step;
        clock_state_t clock;

        begin(self, &tx);
        OK(run_tick_step(self->comparison, tx, self->findings, self->arena, fixture_day(to), &clock, &done, &step, err));
        lost = self->fail_commit;
        commit(self, &tx);
        if (!lost)
            self->comparison->policy_changed = self->comparison->shadows.stale = self->comparison->shadows.unsaved = false;
        comparison_done_add(&self->done, &step);
    }
    return done;
}

void
fixture_tick(fixture_t *self, const char *to)
{
    assert_true(fixture_tick_steps(self, to, 100000));
}

void
fixture_compare(fixture_t *self)
{
    uuid_t cause = fixture_person(0);
    int64_t after = 0;
    bool done = false;

    self->done = (comparison_done_t){ .assessed = 0 };
    while (!done) {
        AUTO(db_tx) tx = NULL;
        comparison_done_t step;

        begin(self, &tx);
        OK(run_compare_step(self->comparison, tx, self->findings, self->arena, "", &cause, &after, &done, &step, err));
        commit(self, &tx);
        comparison_done_add(&self->done, &step);
    }
}

void
fixture_lines(fixture_t *self, unsigned stmt, str_t *ret)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    OK(db_tx_begin(self->db, &tx, err));
    OK(db_query(tx, self->own, stmt, NULL, &rows, err));
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        str_add(ret, db_result_text(rows, i, 0));
        str_add_char(ret, '\n');
    }
}

void
fixture_state(fixture_t *self, unsigned found, unsigned enrolments, str_t *ret)
{
    fixture_lines(self, found, ret);
    fixture_lines(self, enrolments, ret);
}

int64_t
fixture_number(fixture_t *self, unsigned stmt)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    OK(db_tx_begin(self->db, &tx, err));
    OK(db_query(tx, self->own, stmt, NULL, &rows, err));
    return db_result_i64(rows, 0, 0);
}
