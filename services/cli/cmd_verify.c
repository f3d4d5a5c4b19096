/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "db/db.h"
#include "stream/stream_verify.h"

#include <stdio.h>

static const stream_flow_t flows[] = {
    { "comparison", "facts" },  { "comparison", "alerts" }, { "comparison", "referrals" }, { "alerting", "findings" },
    { "alerting", "referrals" }, { "referral", "alerts" },   { "referral", "findings" },    { "dashboard", "findings" },
    { "dashboard", "alerts" },  { "dashboard", "referrals" }, { "dashboard", "audit" },    { NULL, NULL },
};
static const char *const schemas[] = { "intake", "comparison", "alerting", "referral", "dashboard" };

/* <home>/endpoints.yaml `database`, else the private cluster of deploy/up, as the role that may read streams only. */
static bool
auditor_conninfo(const cli_options_t *options, str_t *ret, err_t *err)
{
    if (!cli_given_endpoint(options, NULL, "database", ret, err))
        return false;
    if (ret->len == 0)
        str_printf(ret, "host=127.0.0.1 port=7432 dbname=plimsoll user=auditor passfile=%s/secrets/pgpass", options->home);
    return true;
}

static void
on_progress(void *ctx, const char *schema, const char *stream, uint64_t rows)
{
    char what[160];

    (void) snprintf(what, sizeof(what), "%s: %s", schema, stream);
    cli_progress(ctx, what, rows, 0);
}

static void
check_out(json_out_t *out, const stream_check_t *c)
{
    json_out_object(out, NULL);
    json_out_text(out, "stream", c->stream);
    json_out_text(out, "schema", c->schema);
    json_out_text(out, "check", c->is_consumer ? "consumer" : "producer");
    json_out_i64(out, "rows", (int64_t) c->rows);
    json_out_bool(out, "ok", c->ok);
    if (!c->ok) {
        json_out_i64(out, "seq", (int64_t) c->bad_seq);
        json_out_text(out, "text", c->text);
    }
    json_out_end(out);
}

static void
check_print(const stream_check_t *c)
{
    if (c->ok)
        printf("ok     %-10s %s%s, %llu rows\n", c->stream, c->is_consumer ? "as received by " : "chain of ", c->schema,
               (unsigned long long) c->rows);
    else
        printf("FAULT  %s %llu: %s (%s %s)\n", c->stream, (unsigned long long) c->bad_seq, c->text,
               c->is_consumer ? "against what was received by" : "chain of", c->schema);
}

int
cmd_verify(int argc, char **argv)
{
    cli_options_t options;
    size_t count = 0, n = 0;
    AUTO_STR conninfo = STR_INIT;
    AUTO_STR text = STR_INIT;
    AUTO(db) db = NULL;
    AUTO_FREE stream_check_t *checks = NULL;
    json_out_t out;
    bool good = true;
    err_t err = { 0 };
    static const db_stmt_set_t *const no_sets[] = { NULL };

    if (!cli_parse(argc, argv, "plimsoll verify [--json]", NULL, 0, &options, NULL, 0, &count))
        return CLI_REFUSED;
    if (!auditor_conninfo(&options, &conninfo, &err))
        return cli_fail(&err);
    db_options_t db_options = { .conninfo = str_c(&conninfo), .application = "auditor", .connect_timeout_ms = 10000, .sets = no_sets };
    if (!db_open(&db_options, &db, &err) ||
        !stream_verify_all(db, schemas, COUNT_OF(schemas), flows, on_progress, &options, &checks, &n, &err))
        return cli_fail(&err);
    cli_progress_end(&options);
    json_out_init(&out, &text);
    json_out_array(&out, NULL);
    for (size_t i = 0; i < n; i++) {
        good = good && checks[i].ok;
        check_out(&out, &checks[i]);
        if (!options.json)
            check_print(&checks[i]);
    }
    json_out_end(&out);
    if (options.json)
        printf("%s\n", str_c(&text));
    else if (good)
        printf("every chain holds, and every consumer received what its producer still shows\n");
    else
        printf("at least one row is not what was written; do not repair it: keep the database as it is and call the auditor\n");
    return good ? CLI_DONE : CLI_FAULTS;
}
