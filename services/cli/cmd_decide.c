/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "domain/date.h"

#include <stdio.h>
#include <string.h>

/* The decision of a case conference: people decide what no rule covers. */

#define USAGE "plimsoll decide HOUSEHOLD --category C --decision grants|refuses|keeps|not_granted|withdrawn --from DATE --until DATE " \
              "--reason TEXT --conference REFERENCE [--person PERSON]"

int
cmd_decide(int argc, char **argv)
{
    const char *household = NULL, *category = NULL, *decision = NULL, *from = NULL, *until = NULL, *reason = NULL, *conference = NULL,
               *person = NULL;
    const cli_flag_t flags[] = { { "category", &category, NULL }, { "decision", &decision, NULL }, { "from", &from, NULL },
                                 { "until", &until, NULL },       { "reason", &reason, NULL },     { "conference", &conference, NULL },
                                 { "person", &person, NULL } };
    cli_options_t options;
    size_t count = 0;
    AUTO(event) reply = NULL;
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };

    if (!cli_parse(argc, argv, USAGE, flags, COUNT_OF(flags), &options, &household, 1, &count))
        return CLI_REFUSED;
    const char *const values[] = { category, decision, from, until, reason, conference };
    static const char *const names[] = { "category", "decision", "from", "until", "reason", "conference" };
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (values[i] != NULL && household != NULL)
            continue;
        fprintf(stderr, "plimsoll: decide needs %s%s\n  usage: %s\n", household == NULL ? "the household" : "--",
                household == NULL ? "" : names[i], USAGE);
        return CLI_REFUSED;
    }
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "household", household);
    if (person != NULL)
        json_out_text(&out, "person", person);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        json_out_text(&out, names[i], values[i]);
    json_out_end(&out);
    if (!cli_ask(&options, CLI_COMPARISON, "plimsoll.comparison.decide.v1", str_slice(&data), &reply, &err))
        return cli_fail(&err);
    json_canonical(reply->data, &text);
    if (options.json)
        printf("%s\n", str_c(&text));
    else
        printf("decided: %s %s, %s to %s; the last decision about it %s\n", decision, category, from, until,
               json_is_true(json_get(reply->data, "replaces")) ? "no longer counts" : "was none");
    return CLI_DONE;
}
