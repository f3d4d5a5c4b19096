/* SPDX-License-Identifier: Apache-2.0 */
#include "send.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll rejects [DATASET] [--resubmit FILE]";

static bool
print_page(const cli_options_t *options, const event_t *page, int64_t *after, size_t *count, err_t *err)
{
    const json_node_t *list = json_get(page->data, "rejects");

    *count = json_count(list);
    for (const json_node_t *r = json_first(list); r != NULL; r = json_next(r)) {
        json_in_t in;
        json_in_init(&in, r, "", err);
        *after = json_in_i64(&in, "reject", 0, INT64_MAX);
        if (options->json) {
            AUTO_STR text = STR_INIT;
            json_canonical(r, &text);
            printf("%s\n", str_c(&text));
        } else {
            const char *pointer = json_in_text_or(&in, "pointer", ""), *message = json_in_text_or(&in, "message", "");
            bool told = strstr(message, pointer) != NULL;
            printf("%lld  %s  batch %s record %lld  %s%s%s: %s\n", (long long) *after, json_in_text_or(&in, "dataset", "?"),
                   json_in_text_or(&in, "batch", "?"), (long long) json_in_i64_or(&in, "index", 0, INT64_MAX, 0),
                   json_in_text_or(&in, "code", "?"), told ? "" : " at ", told ? "" : pointer, message);
        }
        if (!json_in_ok(&in))
            return err_add(err, "rejects");
    }
    return true;
}

int
cmd_rejects(int argc, char **argv)
{
    cli_options_t options;
    const char *dataset = NULL, *resubmit = NULL;
    size_t count = 0;
    int64_t after = 0;
    uint64_t total = 0;
    err_t err = { 0 };
    const cli_flag_t flags[] = { { "resubmit", &resubmit, NULL } };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, &dataset, 1, &count))
        return CLI_REFUSED;
    if (resubmit != NULL) {
        send_result_t sent = { 0 };
        if (dataset == NULL) {
            fprintf(stderr, "plimsoll: --resubmit needs the dataset\nusage: %s\n", usage);
            return CLI_REFUSED;
        }
        send_job_t job = { .dataset = dataset, .path = resubmit };
        if (!send_file(&options, &job, &sent, &err))
            return cli_fail(&err);
        send_report(&options, &sent);
        return sent.rejected > 0 ? CLI_FAULTS : CLI_DONE;
    }
    do {
        AUTO(event) page = NULL;
        AUTO_STR data = STR_INIT;
        json_out_t out;
        json_out_init(&out, &data);
        json_out_object(&out, NULL);
        if (dataset != NULL)
            json_out_text(&out, "dataset", dataset);
        json_out_i64(&out, "after", after);
        json_out_i64(&out, "limit", 500);
        json_out_end(&out);
        if (!cli_ask(&options, CLI_INTAKE, "plimsoll.intake.rejects.v1", str_slice(&data), &page, &err) ||
            !print_page(&options, page, &after, &count, &err))
            return cli_fail(&err);
        total += count;
    } while (count == 500);
    if (!options.json)
        printf("%llu rejected records are kept\n", (unsigned long long) total);
    return total > 0 ? CLI_FAULTS : CLI_DONE;
}
