/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_persons.h"

#include <stdio.h>
#include <string.h>

/* The document number comes from standard input, never from the arguments (they are visible to every user of the machine). */
int
cmd_find(int argc, char **argv)
{
    cli_options_t options;
    const char *reason = NULL;
    size_t count = 0;
    char number[PERSONS_LINE];
    AUTO(event) found = NULL;
    AUTO(event) home = NULL;
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    json_out_t out;
    err_t err = { 0 };
    const cli_flag_t flags[] = { { "reason", &reason, NULL } };

    if (!cli_parse(argc, argv, "plimsoll find --reason TEXT < DOCUMENT", flags, COUNT_OF(flags), &options, NULL, 0, &count))
        return CLI_REFUSED;
    if (reason == NULL || reason[0] == '\0') {
        fprintf(stderr, "plimsoll: every search is audited and needs its reason: --reason TEXT\n");
        return CLI_REFUSED;
    }
    if (!persons_read_line(number, ""))
        return CLI_REFUSED;
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    if (!persons_write_document(number, &out))
        return CLI_REFUSED;
    json_out_text(&out, "reason", reason);
    json_out_end(&out);
    bool ok = cli_ask(&options, CLI_INTAKE, "plimsoll.intake.find.v1", str_slice(&data), &found, &err);
    mem_wipe(number, sizeof(number));
    mem_wipe(data.ptr, data.len);
    if (!ok)
        return cli_fail(&err);
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_text(&out, "person", json_text(json_get(found->data, "person")));
    json_out_end(&out);
    if (!cli_ask(&options, CLI_COMPARISON, "plimsoll.comparison.household.v1", str_slice(&text), &home, &err))
        return cli_fail(&err);
    const char *household = json_text(json_get(home->data, "household"));
    str_clear(&text);
    json_canonical(options.json ? home->data : found->data, &text);
    if (options.json)
        printf("%s\n", str_c(&text));
    else
        printf("person    %s%s\nhousehold %s\n", json_text(json_get(found->data, "person")),
               json_is_true(json_get(found->data, "provisional")) ? " (provisional: no resident ID)" : "", household != NULL ? household : "(none in the register)");
    for (const json_node_t *n = json_first(json_get(found->data, "also")); n != NULL && !options.json; n = json_next(n))
        printf("also      %s\n", json_text(n));
    return CLI_DONE;
}
