/* SPDX-License-Identifier: Apache-2.0 */
/* The read model's statements: their headers, and what is counted when events come twice. */

#include "db_fixture.h"

#include "dashboard_store.h"
#include "domain/date.h"
#include "stream/stream.h"

static const db_stmt_set_t *sets[3];
static const db_migration_set_t *migrations[3];

static int
choose_sets(void **state)
{
    (void) state;
    sets[0] = &stream_statements;
    sets[1] = dashboard_store_statements;
    migrations[0] = &stream_migrations;
    migrations[1] = dashboard_store_migrations;
    return 0;
}

static void
begin(db_t **ret)
{
    db_options_t bare = fixture_options("dashboard", NULL);

    OK(db_migrate(&bare, migrations, err));
    db_options_t options = fixture_options("dashboard", sets);
    OK(db_open(&options, ret, err));
}

static void
test_statements_keep_their_contract(void **state)
{
    AUTO(db) db = NULL;
    db_options_t options = fixture_options("dashboard", sets);

    (void) state;
    FAILS(db_open(&options, &db, err), ERR_CONFIG, "db.config"); /* nothing is there yet */
    begin(&db);
    OK(db_check_version(db, migrations, err));
    OK(db_check_statements(db, dashboard_store_statements, err));
}

static alert_in_t
an_alert(int64_t version, const char *its_state, const char *level)
{
    alert_in_t a = { .version = version,
                     .state = its_state,
                     .level = level,
                     .region = "320681100207",
                     .category = "dibao",
                     .kind = "newly_qualifies",
                     .opened = date_of(2024, 3, 1),
                     .due = date_of(2024, 3, 6),
                     .date = date_of(2024, 3, (int) version),
                     .data = "{\"findings\":[]}" };

    uuid_derive("alert", "one", &a.alert);
    uuid_derive("household", "one", &a.household);
    return a;
}

static void
save(db_t *db, arena_t *arena, const alert_in_t *a, const int64_t *seqs, size_t n)
{
    AUTO(db_tx) tx = NULL;

    OK(db_tx_begin(db, &tx, err));
    OK(dashboard_store_alerts(tx, arena, a, seqs, n, err));
    OK(db_tx_commit(&tx, err));
}

typedef struct {
    size_t n;
    int64_t seq;
} seen_t;

static void
on_alert(void *ctx, int64_t seq, const char *region, slice_t json)
{
    seen_t *seen = ctx;

    (void) region;
    (void) json;
    seen->n++;
    seen->seq = seq;
}

static void
holds(db_t *db, int64_t seq, const char *flow)
{
    AUTO(db_tx) tx = NULL;
    AUTO_STR text = STR_INIT;
    AUTO(region_names) names = region_names_new("/nonexistent");
    day_in_t day = { .date = date_of(2024, 3, 31) };
    AUTO(arena) arena = arena_new(4096);
    json_out_t out;
    seen_t seen = { 0 };
    size_t n = 0;

    OK(db_tx_begin(db, &tx, err));
    OK(dashboard_store_changed(tx, 0, 10, on_alert, &seen, &n, err));
    assert_int_equal(n, 1);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.seq, seq);
    OK(dashboard_store_day(tx, arena, &day, 1, err));
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    OK(dashboard_store_write_overview(tx, "", names, &out, err));
    json_out_end(&out);
    assert_non_null(strstr(text.ptr, flow));
}

/* A change of level goes out on the old topic and the new: two events of one version, together or apart. */
static void
test_a_version_counts_once(void **state)
{
    AUTO(db) db = NULL;
    AUTO(arena) arena = arena_new(4096);
    alert_in_t first[] = { an_alert(1, "open", "yellow"), an_alert(2, "open", "red"), an_alert(2, "open", "red") };
    alert_in_t closed = an_alert(3, "closed", "red");
    alert_in_t stale = an_alert(1, "open", "yellow");

    (void) state;
    begin(&db);
    save(db, arena, first, (const int64_t[]){ 1, 2, 3 }, 3);
    holds(db, 3, "\"opened_this_month\":1,\"closed_this_month\":0");
    save(db, arena, &closed, (const int64_t[]){ 4 }, 1);
    save(db, arena, &closed, (const int64_t[]){ 5 }, 1);
    holds(db, 5, "\"opened_this_month\":1,\"closed_this_month\":1");
    save(db, arena, &stale, (const int64_t[]){ 6 }, 1);
    holds(db, 5, "\"opened_this_month\":1,\"closed_this_month\":1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_keep_their_contract),
        cmocka_unit_test(test_a_version_counts_once),
    };

    return cmocka_run_group_tests(tests, choose_sets, NULL);
}
