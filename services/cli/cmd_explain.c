/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_text.h"

#include "base/time.h"
#include "domain/date.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll explain HOUSEHOLD [--as-of DATE] [--known-at DATE|TIME] [--lang en|zh|both] [--all]";

static void
both(const json_node_t *explanation, bool all, str_t *ret)
{
    explain_text(explanation, "zh", all, ret);
    str_add_char(ret, '\n');
    explain_text(explanation, "en", all, ret);
}

int
cmd_explain(int argc, char **argv)
{
    cli_options_t options;
    const char *name = NULL, *as_of = NULL, *known_at = NULL, *lang = "en";
    bool all = false;
    size_t count = 0;
    uuid_t household;
    int32_t day;
    int64_t instant;
    AUTO(event) reply = NULL;
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };
    const cli_flag_t flags[] = { { "as-of", &as_of, NULL }, { "known-at", &known_at, NULL }, { "lang", &lang, NULL }, { "all", NULL, &all } };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, &name, 1, &count))
        return CLI_REFUSED;
    if (count == 0) {
        fprintf(stderr, "plimsoll: explain needs a household: its UUID, or the number of its register entry\nusage: %s\n", usage);
        return CLI_REFUSED;
    }
    bool known_ok = known_at == NULL || date_parse(known_at, strlen(known_at), &day) || time_parse(known_at, strlen(known_at), &instant);
    if ((as_of != NULL && !date_parse(as_of, strlen(as_of), &day)) || !known_ok) {
        fprintf(stderr, "plimsoll: --as-of takes a date (YYYY-MM-DD), --known-at a business day or an RFC 3339 time with zone\n");
        return CLI_REFUSED;
    }
    if (!str_in(lang, (const char *const[]){ "en", "zh", "both" }, 3)) {
        fprintf(stderr, "plimsoll: --lang takes en or zh, or both\n");
        return CLI_REFUSED;
    }
    cli_household(name, &household);
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_uuid(&out, "household", &household);
    if (as_of != NULL)
        json_out_text(&out, "as_of", as_of);
    if (known_at != NULL)
        json_out_text(&out, "known_at", known_at);
    json_out_end(&out);
    if (!cli_ask(&options, CLI_COMPARISON, "plimsoll.comparison.explain.v1", str_slice(&data), &reply, &err))
        return cli_fail(&err);
    if (options.json)
        json_canonical(reply->data, &text);
    else if (strcmp(lang, "both") != 0)
        explain_text(reply->data, lang, all, &text);
    else
        both(reply->data, all, &text);
    printf("%s%s", str_c(&text), options.json ? "\n" : "");
    return CLI_DONE;
}
