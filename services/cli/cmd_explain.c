/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_text.h"

#include "base/num.h"
#include "base/time.h"
#include "domain/date.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll explain HOUSEHOLD [--as-of DATE] [--known-at DATE|TIME|POSITION|findings/SEQ] [--lang en|zh|both] [--all]\n"
                            "  Why, and why not: each category with its conditions, the sums and records behind them, what changed since\n"
                            "  the last finding, what is missing and which department has it.\n"
                            "  --as-of: of another day, under the present policy text; --known-at: as it was known then, under the text of then\n"
                            "  (findings/SEQ: when this version of a finding was published, as `plimsoll chain` names it);\n"
                            "  both together compute an earlier decision again. --all: every category, every record.";

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
    int64_t instant, position = 0;
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
    bool by_position = known_at != NULL && num_i64(known_at, strlen(known_at), &position) && position >= 0;
    bool known_ok = known_at == NULL || by_position || str_starts(known_at, "findings/") || date_parse(known_at, strlen(known_at), &day) || time_parse(known_at, strlen(known_at), &instant);
    if ((as_of != NULL && !date_parse(as_of, strlen(as_of), &day)) || !known_ok) {
        fprintf(stderr, "plimsoll: --as-of takes a date (YYYY-MM-DD), --known-at a business day, an RFC 3339 time with zone "
                        "a position of stream facts or findings/SEQ\n");
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
    if (by_position)
        json_out_i64(&out, "known_at", position);
    else if (known_at != NULL)
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
