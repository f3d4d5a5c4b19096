/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
lists(void **state)
{
    (void) state;
    assert_true(bus_key_list_has("a,b", "b"));
    assert_true(bus_key_list_has(" a , b ", "b"));
    assert_true(bus_key_list_has("*", "anything"));
    assert_true(bus_key_list_has("civil.*", "civil.households"));
    assert_false(bus_key_list_has("civil.*", "civil."));
    assert_false(bus_key_list_has("civil.*", "civilian.x"));
    assert_false(bus_key_list_has("", "a"));
    assert_false(bus_key_list_has("a,b", "ab"));
    assert_false(bus_key_list_has("a,,b", ""));
    assert_false(bus_key_list_has("ab", "a"));
}

static void
regions(void **state)
{
    bus_key_t key = { .regions = "320681,110101001" };

    (void) state;
    assert_true(bus_key_covers_region(&key, "320681100207"));
    assert_true(bus_key_covers_region(&key, "320681"));
    assert_true(bus_key_covers_region(&key, "110101001002"));
    assert_false(bus_key_covers_region(&key, "110101002002"));
    assert_false(bus_key_covers_region(&key, "3206"));
    (void) strcpy(key.regions, "*");
    assert_true(bus_key_covers_region(&key, "999999999999"));
    key.regions[0] = '\0';
    assert_false(bus_key_covers_region(&key, "320681100207"));
}

typedef struct {
    const char *streams, *datasets, *regions, *organisation;
} rights_t;

static bus_key_t
key_of(const rights_t *r)
{
    bus_key_t key = { .name = "k" };

    assert_true(str_copy(key.streams, sizeof(key.streams), r->streams));
    assert_true(str_copy(key.datasets, sizeof(key.datasets), r->datasets));
    assert_true(str_copy(key.regions, sizeof(key.regions), r->regions));
    assert_true(str_copy(key.organisation, sizeof(key.organisation), r->organisation));
    return key;
}

static const rights_t all = { "*", "*", "*", "*" };
static const rights_t county = { "findings,alerts", "", "320681", "" };
static const rights_t two_towns = { "alerts", "", "320681100,320681101", "" };
static const rights_t provider = { "referrals", "", "", "redcross" };
static const rights_t facts_all = { "facts", "", "", "" };
static const rights_t facts_some = { "facts", "hrss.wages,police.*", "", "" };
static const rights_t auditor = { "audit", "", "", "" };
static const rights_t nothing = { "", "", "*", "*" };

static void
topics(void **state)
{
    static const struct {
        const rights_t *rights;
        const char *topic;
        bool may;
    } rows[] = {
        { &all, "fact/hrss.wages", true },
        { &all, "provider/redcross/offered", true },
        { &all, "unknown/x", false },
        { &county, "finding/320681100207/overlap", true },
        { &county, "finding/320682100207/overlap", false },
        { &county, "alert/320681100207/red", true },
        { &county, "referral/320681100207/offered", false },
        { &county, "day", true },
        { &county, "dayx", false },
        { &county, "beat/findings", true },
        { &county, "beat/facts", false },
        { &two_towns, "alert/320681100207/red", true },
        { &two_towns, "alert/320681102207/red", false },
        { &two_towns, "day", false },
        { &provider, "provider/redcross/offered", true },
        { &provider, "provider/redcrossing/offered", false },
        { &provider, "referral/320681100207/offered", false },
        { &facts_all, "fact/hrss.wages", true },
        { &facts_all, "audit/intake/reveal", false },
        { &facts_some, "fact/hrss.wages", true },
        { &facts_some, "fact/hrss.pensions", false },
        { &facts_some, "fact/police.deaths", true },
        { &auditor, "audit/intake/reveal", true },
        { &nothing, "alert/320681100207/red", false },
        { &nothing, "beat/alerts", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bus_key_t key = key_of(rows[i].rights);
        if (bus_key_may_topic(&key, rows[i].topic) != rows[i].may)
            fail_msg("row %zu: %s", i, rows[i].topic);
    }
}

static void
narrowing(void **state)
{
    static const struct {
        const rights_t *rights;
        const char *streams, *prefix, *lines;
    } rows[] = {
        { &all, "alerts", "", "beat/alerts\nalert/\n" },
        { &all, "alerts", "alert/3206", "alert/3206\n" },
        { &all, "facts,audit", "", "beat/facts\nfact/\nbeat/audit\naudit/\n" },
        { &all, "referrals", "", "beat/referrals\nreferral/\nprovider/\n" },
        { &all, "findings", "d", "day\n" },
        { &all, "alerts", "finding/", "" },
        { &county, "findings", "", "beat/findings\nfinding/320681\nday\n" },
        { &county, "findings", "finding/32", "finding/320681\n" },
        { &county, "findings", "finding/320681100", "finding/320681100\n" },
        { &county, "findings", "finding/320682", "" },
        { &county, "referrals", "", "" },
        { &two_towns, "alerts", "alert/", "alert/320681100\nalert/320681101\n" },
        { &two_towns, "alerts", "alert/320681101207", "alert/320681101207\n" },
        { &provider, "referrals", "", "beat/referrals\nprovider/redcross/\n" },
        { &provider, "referrals", "provider/red", "provider/redcross/\n" },
        { &provider, "referrals", "provider/redcross/offered", "provider/redcross/offered\n" },
        { &provider, "referrals", "provider/other", "" },
        { &facts_all, "facts,audit", "", "beat/facts\nfact/\n" },
        { &facts_some, "facts", "fact/", "fact/hrss.wages\nfact/police.\n" },
        { &facts_some, "facts", "fact/civil", "" },
        { &nothing, "alerts", "", "" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_STR lines = STR_INIT;
        bus_key_t key = key_of(rows[i].rights);
        bus_pub_narrow(&key, rows[i].streams, rows[i].prefix, &lines);
        assert_string_equal(str_c(&lines), rows[i].lines);
    }
}

/* Whatever a key may fetch comes live too, and nothing else: both ways agree on every topic. */
static void
narrowing_agrees_with_fetching(void **state)
{
    static const rights_t *const rights[] = { &all, &county, &two_towns, &provider, &facts_all, &facts_some, &auditor, &nothing };
    static const char *const names[] = {
        "fact/hrss.wages", "fact/police.deaths", "fact/civil.households", "audit/intake/reveal", "finding/320681100207/overlap",
        "finding/110101001001/overlap", "alert/320681101207/red", "alert/320681200207/red", "referral/320681100207/offered",
        "provider/redcross/offered", "provider/other/offered", "day", "beat/alerts", "beat/facts",
    };
    static const char *const prefixes[] = { "", "f", "fact/", "alert/3206", "provider/redcross/", "beat/", "day" };

    (void) state;
    for (size_t k = 0; k < sizeof(rights) / sizeof(rights[0]); k++) {
        bus_key_t key = key_of(rights[k]);
        for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
            AUTO_STR lines = STR_INIT;
            bus_pub_narrow(&key, "facts,audit,findings,alerts,referrals", prefixes[p], &lines);
            for (size_t t = 0; t < sizeof(names) / sizeof(names[0]); t++) {
                bool live = false;
                for (const char *line = str_c(&lines); *line != '\0'; line = strchr(line, '\n') + 1)
                    live = live || strncmp(names[t], line, (size_t) (strchr(line, '\n') - line)) == 0;
                if (live != (str_starts(names[t], prefixes[p]) && bus_key_may_topic(&key, names[t])))
                    fail_msg("key %zu, prefix \"%s\", topic %s", k, prefixes[p], names[t]);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),     cmocka_unit_test(regions),
        cmocka_unit_test(topics),    cmocka_unit_test(narrowing),
        cmocka_unit_test(narrowing_agrees_with_fetching),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
