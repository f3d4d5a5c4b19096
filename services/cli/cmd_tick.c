/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "domain/date.h"
#include "domain/region.h"

#include <stdio.h>
#include <string.h>

/* A day's full assessment of a large register takes its time. */
enum { TICK_TIMEOUT_MS = 3600 * 1000 };

static int
ask_long(cli_options_t *options, const char *type, const str_t *data, const char *done)
{
    AUTO(event) reply = NULL;
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };

    options->timeout_ms = TICK_TIMEOUT_MS;
    if (!cli_ask(options, CLI_COMPARISON, type, str_slice(data), &reply, &err))
        return cli_fail(&err);
    json_canonical(reply->data, &text);
    printf("%s%s\n", options->json ? "" : done, str_c(&text));
    return CLI_DONE;
}

int
cmd_tick(int argc, char **argv)
{
    cli_options_t options;
    const char *to = NULL;
    size_t count = 0;
    int32_t day;
    AUTO_STR data = STR_INIT;
    json_out_t out;
    const cli_flag_t flags[] = { { "to", &to, NULL } };

    if (!cli_parse(argc, argv, "plimsoll tick --to DATE", flags, COUNT_OF(flags), &options, NULL, 0, &count))
        return CLI_REFUSED;
    if (to == NULL || !date_parse(to, strlen(to), &day)) {
        fprintf(stderr, "plimsoll: tick needs the day to move to: --to YYYY-MM-DD\n");
        return CLI_REFUSED;
    }
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_date(&out, "to", day);
    json_out_end(&out);
    return ask_long(&options, "plimsoll.comparison.tick.v1", &data, "");
}

int
cmd_compare(int argc, char **argv)
{
    cli_options_t options;
    const char *region = NULL;
    size_t count = 0;
    AUTO_STR data = STR_INIT;
    json_out_t out;
    const cli_flag_t flags[] = { { "region", &region, NULL } };

    if (!cli_parse(argc, argv, "plimsoll compare [--region R]", flags, COUNT_OF(flags), &options, NULL, 0, &count))
        return CLI_REFUSED;
    if (region != NULL && !region_is_valid(region)) {
        fprintf(stderr, "plimsoll: --region takes a code of 2, 4, 6, 9 or 12 digits\n");
        return CLI_REFUSED;
    }
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    if (region != NULL)
        json_out_text(&out, "region", region);
    json_out_end(&out);
    return ask_long(&options, "plimsoll.comparison.compare.v1", &data, "compared: ");
}
