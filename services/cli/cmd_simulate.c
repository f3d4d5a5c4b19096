/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_long.h"
#include "simulate_files.h"
#include "simulate_text.h"

#include "base/num.h"
#include "domain/date.h"
#include "domain/region.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll simulate [DRAFT.yaml [DRAFT2.yaml]] [--set NAME=VALUE]… [--numbers DAY] [--on DAY] [--region R] "
                            "[--near N] [--townships] [--all] [--lang en|zh] [--json]";
static const cli_question_t question = { "plimsoll.comparison.simulate.v1", "plimsoll.comparison.simulate.reply.v1",
                                         "plimsoll.comparison.simulate.progress.v1", "simulating" };
enum { SETS_MAX = 64, NEAR_MAX = 1000 };

typedef struct {
    const char *drafts[2];
    size_t draft_count;
    const char *sets[SETS_MAX];
    size_t set_count;
    const char *numbers, *on, *region, *near, *lang;
    bool townships, all;
} asked_t;

/* --set may stand several times: taken out before the options that stand once. */
static bool
take_sets(int *argc, char **argv, asked_t *a)
{
    int n = 0;
    bool over = false; /* after --: what comes is a file */

    for (int i = 0; i < *argc; i++) {
        over = over || strcmp(argv[i], "--") == 0;
        if (over || strcmp(argv[i], "--set") != 0) {
            argv[n++] = argv[i];
            continue;
        }
        if (i + 1 == *argc || a->set_count == SETS_MAX) {
            fprintf(stderr, "plimsoll: --set needs NAME=VALUE, such as dibao.standard=860 (at most %d of them)\n", SETS_MAX);
            return false;
        }
        a->sets[a->set_count++] = argv[++i];
    }
    *argc = n;
    return true;
}

static bool
is_day(const char *text)
{
    int32_t day;

    return text == NULL || date_parse(text, strlen(text), &day);
}

static bool
check(const asked_t *a)
{
    int64_t near = 0;

    if (!is_day(a->on) || !is_day(a->numbers)) {
        fprintf(stderr, "plimsoll: --on and --numbers take a date, YYYY-MM-DD\n");
        return false;
    }
    if (a->region != NULL && !region_is_valid(a->region)) {
        fprintf(stderr, "plimsoll: --region takes a code of 2, 4, 6, 9 or 12 digits\n");
        return false;
    }
    if (a->near != NULL && (!num_i64(a->near, strlen(a->near), &near) || near < 0 || near > NEAR_MAX)) {
        fprintf(stderr, "plimsoll: --near takes a number from 0 to %d\n", NEAR_MAX);
        return false;
    }
    if (strcmp(a->lang, "en") != 0 && strcmp(a->lang, "zh") != 0) {
        fprintf(stderr, "plimsoll: --lang takes en or zh\n");
        return false;
    }
    if (a->draft_count == 0 && a->set_count == 0 && a->numbers == NULL) {
        fprintf(stderr, "plimsoll: simulate needs a draft, a number to set, or a day whose numbers to take\nusage: %s\n", usage);
        return false;
    }
    return true;
}

static bool
write_question(const asked_t *a, str_t *ret, err_t *err)
{
    json_out_t out;
    int64_t near = 0;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_bool(&out, "progress", true);
    if (a->draft_count > 0) {
        json_out_array(&out, "drafts");
        for (size_t i = 0; i < a->draft_count; i++)
            if (!simulate_files(a->drafts[i], &out, err))
                return false;
        json_out_end(&out);
    }
    if (a->set_count > 0) {
        json_out_array(&out, "sets");
        for (size_t i = 0; i < a->set_count; i++)
            json_out_text(&out, NULL, a->sets[i]);
        json_out_end(&out);
    }
    if (a->numbers != NULL)
        json_out_text(&out, "numbers", a->numbers);
    if (a->on != NULL)
        json_out_text(&out, "on", a->on);
    if (a->region != NULL)
        json_out_text(&out, "region", a->region);
    if (a->near != NULL && num_i64(a->near, strlen(a->near), &near))
        json_out_i64(&out, "near", near);
    json_out_end(&out);
    return true;
}

/* How a draft is called: its file, what was set. */
static void
call_draft(const asked_t *a, size_t index, str_t *ret)
{
    if (index < a->draft_count)
        str_add(ret, a->drafts[index]);
    for (size_t i = 0; i < a->set_count; i++)
        str_printf(ret, "%s%s", ret->len > 0 ? ", " : "", a->sets[i]);
}

int
cmd_simulate(int argc, char **argv)
{
    asked_t a = { .lang = "en" };
    cli_options_t options;
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    AUTO_STR first = STR_INIT;
    AUTO_STR second = STR_INIT;
    AUTO(event) reply = NULL;
    err_t err = { 0 };
    const cli_flag_t flags[] = { { "numbers", &a.numbers, NULL }, { "on", &a.on, NULL },     { "region", &a.region, NULL },
                                 { "near", &a.near, NULL },       { "lang", &a.lang, NULL }, { "townships", NULL, &a.townships },
                                 { "all", NULL, &a.all } };

    if (!take_sets(&argc, argv, &a) || !cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, a.drafts, 2, &a.draft_count) ||
        !check(&a))
        return CLI_REFUSED;
    if (!write_question(&a, &data, &err) || !cli_ask_long(&options, &question, str_slice(&data), NULL, NULL, &reply, &err))
        return cli_fail(&err);
    if (options.json) {
        json_canonical(reply->data, &text);
        str_add_char(&text, '\n');
    } else {
        call_draft(&a, 0, &first);
        call_draft(&a, 1, &second);
        const char *const asked[3] = { NULL, first.len > 0 ? str_c(&first) : NULL, second.len > 0 ? str_c(&second) : NULL };
        simulate_text(reply->data, a.lang, a.all, a.townships, asked, &text);
    }
    (void) fwrite(str_c(&text), 1, text.len, stdout);
    return CLI_DONE;
}
