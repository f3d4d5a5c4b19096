/* SPDX-License-Identifier: Apache-2.0 */
#include "send.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "plimsoll send DATASET FILE… [--snapshot --as-of DATE [--scope TEXT]] [--sheet NAME] [--dry-run] [--key NAME]\n"
    "  FILE is NDJSON, CSV (UTF-8 or GB18030) or an Excel workbook (.xlsx).  --dry-run reads and checks, and sends nothing.\n"
    "  --datasets DIR, --schemas DIR: where the dataset's two files are, when not in the installation.\n"
    "  What is refused is written with its reasons to a file beside it, in the same format; by a dry run to one of its own.";

int
cmd_send(int argc, char **argv)
{
    const char *positional[256], *as_of = NULL, *scope = NULL, *sheet = NULL, *datasets = NULL, *schemas = NULL;
    size_t count = 0;
    bool snapshot = false, dry_run = false;
    cli_options_t options;
    send_result_t total = { 0 };
    const cli_flag_t flags[] = { { "snapshot", NULL, &snapshot }, { "as-of", &as_of, NULL }, { "scope", &scope, NULL },
                                 { "sheet", &sheet, NULL },   { "datasets", &datasets, NULL }, { "schemas", &schemas, NULL },
                                 { "dry-run", NULL, &dry_run } };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, positional, COUNT_OF(positional), &count))
        return CLI_REFUSED;
    if (count < 2) {
        fprintf(stderr, "usage: %s\n", usage);
        return CLI_REFUSED;
    }
    if (snapshot && as_of == NULL) {
        fprintf(stderr, "plimsoll: a whole list needs the day it describes: --as-of DATE\n");
        return CLI_REFUSED;
    }
    for (size_t i = 1; i < count; i++) {
        send_job_t job = { .dataset = positional[0], .path = positional[i], .snapshot = snapshot, .as_of = as_of, .scope = scope,
                           .sheet = sheet, .datasets = datasets, .schemas = schemas, .dry_run = dry_run };
        err_t err = { 0 };
        if (!send_file(&options, &job, &total, &err))
            return cli_fail(&err);
    }
    send_report(&options, &total);
    return total.rejected + total.refused > 0 ? CLI_FAULTS : CLI_DONE;
}
