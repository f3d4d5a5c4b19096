/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "text_table.h"
#include "cli_http.h"
#include "cli_wait.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll status [--json]";

static void
print_service(const json_node_t *status, const char *name)
{
    json_in_t in;
    err_t err = { 0 };

    json_in_init(&in, status, "", &err);
    printf("%-11s %-10s", name, json_in_text_or(&in, "state", "running"));
    for (const json_node_t *s = json_first(json_get(status, "streams")); s != NULL; s = json_next(s)) {
        int64_t last = 0;
        if (json_i64(json_get(s, "last"), &last))
            printf("  %s at %lld", json_text(json_get(s, "stream")), (long long) last);
    }
    for (const json_node_t *c = json_first(json_get(status, "consumers")); c != NULL; c = json_next(c)) {
        int64_t lag = 0;
        if (json_i64(json_get(c, "lag"), &lag))
            printf("  ← %s%s", json_text(json_get(c, "stream")), lag == 0 ? "" : " behind by ");
        if (lag != 0)
            printf("%lld", (long long) lag);
        if (json_is_true(json_get(c, "tampered")))
            printf(" (not what was received before: plimsoll verify)");
    }
    printf("\n");
    if (strcmp(json_in_text_or(&in, "state", ""), "ready") != 0)
        printf("            %s\n", json_in_text_or(&in, "reason", ""));
    for (const json_node_t *c = json_first(json_get(status, "consumers")); c != NULL; c = json_next(c))
        if (json_text(json_get(c, "trouble")) != NULL)
            printf("            %s: %s\n", json_text(json_get(c, "stream")), json_text(json_get(c, "trouble")));
}

/* Not ready, or fed other things than before: worth an exit code of its own.  A peer that is away for a moment is not. */
static bool
is_well(const json_node_t *status)
{
    const char *state = json_text(json_get(status, "state"));

    for (const json_node_t *c = json_first(json_get(status, "consumers")); c != NULL; c = json_next(c))
        if (json_is_true(json_get(c, "tampered")))
            return false;
    return state != NULL && strcmp(state, "ready") == 0;
}

typedef struct {
    int64_t households, people;
} stock_t;

static stock_t
stock_of(const json_node_t *list, const char *category)
{
    stock_t stock = { 0, 0 };

    for (const json_node_t *e = json_first(list); e != NULL; e = json_next(e)) {
        const char *name = json_text(json_get(e, "category"));
        if (name == NULL || strcmp(name, category) != 0)
            continue;
        int64_t v = 0;
        if (json_i64(json_get(e, "households"), &v))
            stock.households += v;
        if (json_i64(json_get(e, "people"), &v))
            stock.people += v;
    }
    return stock;
}

/* The counts as a bureau's report states them: dibao includes those who entered alone. */
static void
print_register(const event_t *reply)
{
    const json_node_t *list = json_get(reply->data, "register");
    stock_t dibao = stock_of(list, "dibao"), single = stock_of(list, "dibao_single"), marginal = stock_of(list, "marginal");
    const char *date = json_text(json_get(reply->data, "date"));

    printf("\nRegister on %s\n", date != NULL ? date : "(no business day yet)");
    printf("  dibao                %lld households, %lld people, of whom %lld single-person entries\n",
           (long long) (dibao.households + single.households), (long long) (dibao.people + single.people), (long long) single.people);
    printf("  tekun                %lld people\n", (long long) stock_of(list, "tekun").people);
    printf("  marginal             %lld households, %lld people\n", (long long) marginal.households, (long long) marginal.people);
    printf("  disability living    %lld people, nursing %lld\n", (long long) stock_of(list, "disability_living").people,
           (long long) stock_of(list, "disability_nursing").people);
    int64_t children = stock_of(list, "child_in_difficulty").people;
    printf("  children in difficulty %lld", (long long) children);
    const char *sep = " =";
    for (const json_node_t *e = json_first(json_get(reply->data, "children")); e != NULL; e = json_next(e)) {
        int64_t n = 0;
        if (json_i64(json_get(e, "people"), &n))
            printf("%s %lld %s", sep, (long long) n, json_text(json_get(e, "class")));
        sep = " +";
    }
    printf("\n");
}

static void
print_counts(const event_t *status, const char *what)
{
    const json_node_t *counts = json_get(status->data, "counts");

    if (json_count(counts) == 0)
        return;
    printf("  %-20s", what);
    for (const json_node_t *c = json_first(counts); c != NULL; c = json_next(c)) {
        int64_t n = 0;
        if (json_i64(c, &n))
            printf(" %s %lld ", json_key(c), (long long) n);
    }
    printf("\n");
}

/* What departments said of people and households that the register does not have yet. */
static void
print_waiting(const event_t *reply)
{
    for (const json_node_t *d = json_first(json_get(reply->data, "datasets")); d != NULL; d = json_next(d)) {
        const char *dataset = json_text(json_get(d, "dataset")), *since = json_text(json_get(d, "since"));
        int64_t records = 0;

        if (d == json_first(json_get(reply->data, "datasets")))
            printf("\nWaiting for the register\n");
        if (json_i64(json_get(d, "records"), &records))
            printf("  %-26s %lld records, the oldest of %s\n", dataset != NULL ? dataset : "?", (long long) records, since != NULL ? since : "?");
    }
}

static void
print_feeds(const event_t *intake)
{
    const json_node_t *datasets = json_get(intake->data, "datasets");

    if (json_count(datasets) == 0)
        return;
    printf("\nFeeds\n");
    for (const json_node_t *d = json_first(datasets); d != NULL; d = json_next(d)) {
        json_in_t in;
        err_t err = { 0 };
        json_in_init(&in, d, "", &err);
        const char *last = json_in_text_or(&in, "last", NULL);
        const char *silent = json_in_text_or(&in, "silent_since", NULL);
        printf("  %-26s last batch %s%s%s\n", json_in_text_or(&in, "dataset", "?"), last != NULL ? last : "never",
               silent != NULL ? "; SILENT, overdue since " : "", silent != NULL ? silent : "");
    }
}

/* What a person may say to a list: commands to be copied into a shell. */
static void
print_confirm(const char *dataset, const char *word, bool dashed)
{
    static const char *const answers[] = { "accept", "refuse" };

    for (size_t i = 0; i < COUNT_OF(answers); i++)
        printf("    to %s it: plimsoll confirm %s --%s %s%s\n", answers[i], dataset, answers[i], dashed ? "-- " : "", word);
}

/* Whole lists that change nothing until they are complete, or until a person says so (`plimsoll confirm`). */
static void
print_lists(const event_t *intake)
{
    const json_node_t *lists = json_get(intake->data, "lists");

    if (json_count(lists) == 0)
        return;
    printf("\nWhole lists that wait\n");
    for (const json_node_t *d = json_first(lists); d != NULL; d = json_next(d)) {
        json_in_t in;
        err_t err = { 0 };
        AUTO_STR word = STR_INIT; /* a department chooses the name: it must not write to the terminal what it likes */
        json_in_init(&in, d, "", &err);
        const char *dataset = json_in_text_or(&in, "dataset", "?"), *name = json_in_text_or(&in, "snapshot", "?");
        const char *state = json_in_text_or(&in, "state", "?");
        int64_t ends = 0, entries = 0;
        cli_add_word(&word, name);
        printf("  %-26s %s: %s, %lld of %lld parts%s%s\n", dataset, str_c(&word), state,
               (long long) json_in_i64_or(&in, "parts_in", 0, INT64_MAX, 0), (long long) json_in_i64_or(&in, "parts", 0, INT64_MAX, 0),
               json_get(d, "reason") != NULL ? "; " : "", json_in_text_or(&in, "reason", ""));
        if (json_i64(json_get(d, "would_end"), &ends) && json_i64(json_get(d, "entries"), &entries))
            printf("    accepting it would end %lld of %lld entries\n", (long long) ends, (long long) entries);
        if (strcmp(state, "waiting") != 0)
            print_confirm(dataset, str_c(&word), str_starts(name, "--"));
    }
}

/* Only while the vault goes over to a new key, or when that is over and the old one may go. */
/* Who has no resident ID, and who turned out to be somebody else. */
static void
print_people(const event_t *intake)
{
    static const struct {
        const char *name, *text;
    } counts[] = { { "provisional", "without a resident ID" }, { "merged", "known to be somebody else" }, { "split", "split off" } };
    bool any = false;

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        int64_t n = 0;

        if (!json_i64(json_get(json_get(intake->data, "people"), counts[i].name), &n) || n == 0)
            continue;
        printf("%s%lld %s", any ? ", " : "people: ", (long long) n, counts[i].text);
        any = true;
    }
    if (any)
        printf("\n");
}

static void
print_vault(const event_t *intake)
{
    const json_node_t *vault = json_get(intake->data, "vault"), *rotation = json_get(vault, "rotation");
    const char *state = json_text(json_get(rotation, "state"));
    int64_t version = 0, persons = 0, of = 0;

    if (state == NULL || strcmp(state, "none") == 0 || strcmp(state, "unknown") == 0 ||
        (strcmp(state, "done") == 0 && json_count(json_get(vault, "keys")) < 2))
        return;
    if (json_i64(json_get(vault, "version"), &version) && json_i64(json_get(rotation, "persons"), &persons) &&
        json_i64(json_get(rotation, "of_persons"), &of))
        printf("\nVault: over to key %lld, %s, %lld of %lld people%s\n", (long long) version, state, (long long) persons, (long long) of,
               strcmp(state, "done") == 0 ? ": plimsoll keys rotate-vault --finish" : "");
}

static void
unreachable(const cli_options_t *options, json_out_t *out, const char *name, const err_t *err)
{
    json_out_object(out, NULL);
    json_out_text(out, "service", name);
    json_out_text(out, "state", "unreachable");
    json_out_text(out, "error", err->text);
    json_out_end(out);
    if (!options->json)
        printf("%-11s unreachable: %s\n", name, err->text);
}

/* Policies in the shadow, and long questions that are worked on. */
static void
print_policies(const event_t *status)
{
    for (const json_node_t *x = json_first(json_get(status->data, "shadows")); x != NULL; x = json_next(x)) {
        int64_t findings = 0;
        if (json_i64(json_get(x, "findings"), &findings))
            printf("shadow %s: %lld findings%s\n", json_text(json_get(x, "policy")), (long long) findings,
                   json_is_true(json_get(x, "complete")) ? "" : ", still being evaluated");
    }
    for (const json_node_t *x = json_first(json_get(status->data, "jobs")); x != NULL; x = json_next(x)) {
        int64_t seconds = 0;
        if (json_i64(json_get(x, "seconds"), &seconds))
            printf("working on: %s for %lld s\n", json_text(json_get(x, "what")), (long long) seconds);
    }
}

/* Full comparisons on schedule. */
static void
print_schedule(const event_t *status)
{
    for (const json_node_t *x = json_first(json_get(status->data, "schedule")); x != NULL; x = json_next(x)) {
        const json_node_t *last = json_get(x, "last");
        const char *next = json_text(json_get(x, "next"));

        printf("full comparison %s: next %s", json_text(json_get(x, "name")), next != NULL ? next : "not before the first tick");
        if (last != NULL)
            printf(", last %s%s: %lld households, %lld findings opened, %lld changed, %lld withdrawn", json_text(json_get(last, "day")),
                   json_is_true(json_get(last, "within")) ? " (with a larger one)" : "", (long long) text_i64_of(last, "assessed"),
                   (long long) text_i64_of(last, "opened"), (long long) text_i64_of(last, "changed"), (long long) text_i64_of(last, "withdrawn"));
        putchar('\n');
    }
}

/* The dashboard has no request socket; its admin port says the same.  Returns the exit code that it calls for. */
static int
dashboard_status(const cli_options_t *options, json_out_t *out)
{
    AUTO(json) tree = NULL;
    AUTO_STR body = STR_INIT;
    AUTO_FREE char *address = NULL;
    err_t err = { 0 };

    if (!cli_admin_address(options, "dashboard", "127.0.0.1:9500", &address, &err) ||
        !cli_http_get(address, "/statez", options->timeout_ms, &body, &err) || !json_parse(str_c(&body), body.len, &tree, &err)) {
        unreachable(options, out, "dashboard", &err);
        return CLI_REFUSED;
    }
    json_out_raw(out, NULL, body.ptr, body.len);
    if (!options->json)
        print_service(json_root(tree), "dashboard");
    return is_well(json_root(tree)) ? CLI_DONE : CLI_FAULTS;
}

int
cmd_status(int argc, char **argv)
{
    cli_options_t options;
    size_t count = 0;
    event_t *status[CLI_SERVICE_COUNT] = { NULL };
    AUTO(event) reg = NULL;
    AUTO(event) waiting = NULL;
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };
    int exit_code = CLI_DONE;

    if (!cli_parse(argc, argv, usage, NULL, 0, &options, NULL, 0, &count))
        return CLI_REFUSED;
    if (argc > 1 && options.timeout_ms == 30000)
        options.timeout_ms = 10000;
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_array(&out, "services");
    for (unsigned s = 0; s < CLI_SERVICE_COUNT; s++) {
        AUTO_STR data = STR_INIT;
        if (cli_status_of(&options, (cli_service_t) s, &status[s], &err)) {
            json_canonical(status[s]->data, &data);
            json_out_raw(&out, NULL, data.ptr, data.len);
            if (!is_well(status[s]->data) && exit_code == CLI_DONE)
                exit_code = CLI_FAULTS;
            if (!options.json)
                print_service(status[s]->data, cli_service_name((cli_service_t) s));
            continue;
        }
        exit_code = CLI_REFUSED;
        unreachable(&options, &out, cli_service_name((cli_service_t) s), &err);
    }
    int dashboard = dashboard_status(&options, &out);
    exit_code = dashboard > exit_code ? dashboard : exit_code;
    json_out_end(&out);
    if (status[CLI_COMPARISON] != NULL && cli_ask(&options, CLI_COMPARISON, "plimsoll.comparison.register.v1", SLICE_LIT("{}"), &reg, &err)) {
        AUTO_STR data = STR_INIT;
        json_canonical(reg->data, &data);
        json_out_raw(&out, "register", data.ptr, data.len);
        if (!options.json) {
            print_register(reg);
            print_counts(status[CLI_COMPARISON], "comparison");
            print_policies(status[CLI_COMPARISON]);
            print_schedule(status[CLI_COMPARISON]);
        }
    }
    /* a key without that right sees the rest */
    if (status[CLI_COMPARISON] != NULL && cli_ask(&options, CLI_COMPARISON, "plimsoll.comparison.waiting.v1", SLICE_LIT("{}"), &waiting, &err)) {
        AUTO_STR data = STR_INIT;
        json_canonical(waiting->data, &data);
        json_out_raw(&out, "waiting", data.ptr, data.len);
    }
    json_out_end(&out);
    if (options.json) {
        printf("%s\n", str_c(&text));
    } else {
        if (status[CLI_ALERTING] != NULL)
            print_counts(status[CLI_ALERTING], "alerts");
        if (status[CLI_REFERRAL] != NULL)
            print_counts(status[CLI_REFERRAL], "referrals");
        if (status[CLI_INTAKE] != NULL)
            print_feeds(status[CLI_INTAKE]);
        if (waiting != NULL)
            print_waiting(waiting);
        if (status[CLI_INTAKE] != NULL) {
            print_lists(status[CLI_INTAKE]);
            print_people(status[CLI_INTAKE]);
            print_vault(status[CLI_INTAKE]);
        }
    }
    for (unsigned s = 0; s < CLI_SERVICE_COUNT; s++)
        event_destroy(&status[s]);
    return exit_code;
}
