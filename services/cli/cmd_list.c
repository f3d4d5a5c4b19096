/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_long.h"
#include "simulate_files.h"
#include "text_table.h"

#include "domain/date.h"
#include "domain/region.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll list CATEGORY [--on DAY | --month M | --from M --to M] [--draft FILE.yaml] [--region R] [--out FILE.csv] "
                            "[--townships] [--lang en|zh] [--json]";
static const cli_question_t question = { "plimsoll.comparison.list.v1", "plimsoll.comparison.list.reply.v1",
                                         "plimsoll.comparison.list.progress.v1", "listing" };

typedef struct {
    const char *category, *on, *month, *from, *to, *draft, *region, *out, *lang;
    bool townships;
} asked_t;

static bool
is_month(const char *text)
{
    char date[sizeof "2024-06-01"];
    int32_t day;

    if (strlen(text) != sizeof "2024-06" - 1)
        return false;
    (void) snprintf(date, sizeof date, "%s-01", text);
    return date_parse(date, strlen(date), &day);
}

static bool
refuse(const char *what)
{
    fprintf(stderr, "plimsoll: %s\nusage: %s\n", what, usage);
    return false;
}

static bool
check(asked_t *a)
{
    int32_t day;

    if (a->category == NULL)
        return refuse("list needs a category of the policy");
    if (a->month != NULL && (a->from != NULL || a->to != NULL || a->on != NULL))
        return refuse("--month stands alone");
    if (a->month != NULL)
        a->from = a->month;
    if (a->on != NULL && (a->from != NULL || !date_parse(a->on, strlen(a->on), &day)))
        return refuse("--on takes a date, YYYY-MM-DD, and no months beside it");
    if ((a->from != NULL && !is_month(a->from)) || (a->to != NULL && (a->from == NULL || !is_month(a->to))))
        return refuse("--month, --from and --to take months, YYYY-MM");
    if (a->region != NULL && !region_is_valid(a->region))
        return refuse("--region takes a code of 2, 4, 6, 9 or 12 digits");
    if (strcmp(a->lang, "en") != 0 && strcmp(a->lang, "zh") != 0)
        return refuse("--lang takes en or zh");
    return true;
}

static bool
write_question(const asked_t *a, str_t *ret, err_t *err)
{
    const struct {
        const char *key, *value;
    } texts[] = { { "category", a->category }, { "on", a->on }, { "from", a->from }, { "to", a->to }, { "region", a->region } };
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].value != NULL)
            json_out_text(&out, texts[i].key, texts[i].value);
    json_out_bool(&out, "progress", true);
    json_out_bool(&out, "entries", a->out != NULL);
    if (a->draft != NULL) {
        json_out_array(&out, "drafts");
        if (!simulate_files(a->draft, &out, err))
            return false;
        json_out_end(&out);
    }
    json_out_end(&out);
    return true;
}

/* A line of the file for each entry; nothing in it needs quotes.  The money is empty where it cannot be told. */
static bool
on_part(void *ctx, const event_t *part, err_t *err)
{
    FILE *f = ctx;

    for (const json_node_t *e = json_first(json_get(part->data, "entries")); e != NULL; e = json_next(e))
        if (fprintf(f, "%s,%s,%s,%s,%s,%lld,%s\n", text_of(e, "on"), text_of(e, "month"), text_of(e, "region"), text_of(e, "household"),
                    text_of(e, "person"), (long long) text_i64_of(e, "people"), json_get(e, "amount_unknown") != NULL ? "" : text_of(e, "money")) < 0)
            return err_set(err, ERR_CONFIG, "file", "cannot write the list: %s", strerror(errno));
    return true;
}

static const char *
word(const asked_t *a, const char *en, const char *zh)
{
    return strcmp(a->lang, "zh") == 0 ? zh : en;
}

static void
period_row(const asked_t *a, const char *name, const json_node_t *p, str_t *out)
{
    const char *month = text_of(p, "month");

    text_left(out, name, 14);
    text_left(out, month[0] != '\0' ? month : text_of(p, "on"), 12);
    text_count(out, text_i64_of(p, "households"), false, 12);
    text_count(out, text_i64_of(p, "people"), false, 12);
    text_money(out, text_fen_of(p, "money"), false, 18);
    if (text_i64_of(p, "cannot_tell") > 0) {
        str_add(out, word(a, "  cannot tell of ", "  无法判定 "));
        text_count(out, text_i64_of(p, "cannot_tell"), false, 0);
    }
    if (text_i64_of(p, "amount_unknown") > 0) {
        str_add(out, word(a, "  amount not known of ", "  金额无法判定 "));
        text_count(out, text_i64_of(p, "amount_unknown"), false, 0);
    }
    str_add_char(out, '\n');
}

static void
print_list(const asked_t *a, const json_node_t *reply, str_t *out)
{
    const char *label = text_of(json_get(reply, "label"), a->lang);
    int64_t people = 0, money = 0;
    size_t n = 0;

    str_printf(out, "%s  %s  (%s)\n", label, text_of(reply, "category"), text_of(reply, "policy"));
    text_left(out, "", 26);
    text_right(out, word(a, "households", "户"), 12);
    text_right(out, word(a, "people", "人"), 12);
    text_right(out, word(a, "yuan", "元"), 18);
    str_add_char(out, '\n');
    for (const json_node_t *p = json_first(json_get(reply, "periods")); p != NULL; p = json_next(p), n++) {
        period_row(a, word(a, "all", "合计"), p, out);
        people += text_i64_of(p, "people");
        money += text_fen_of(p, "money");
    }
    if (n > 1) {
        text_left(out, word(a, "all months", "各月合计"), 38);
        text_count(out, people, false, 12);
        text_money(out, money, false, 18);
        str_add_char(out, '\n');
    }
    for (const json_node_t *r = json_first(json_get(reply, "regions")); a->townships && r != NULL; r = json_next(r))
        for (const json_node_t *p = json_first(json_get(r, "periods")); p != NULL; p = json_next(p))
            period_row(a, text_of(r, "region"), p, out);
}

static bool
ask(const asked_t *a, const cli_options_t *options, slice_t data, FILE *file, event_t **ret, err_t *err)
{
    if (!cli_ask_long(options, &question, data, on_part, file, ret, err))
        return false;
    if (file != NULL && fflush(file) != 0)
        return err_set(err, ERR_CONFIG, "file", "cannot write %s: %s", a->out, strerror(errno));
    return true;
}

int
cmd_list(int argc, char **argv)
{
    asked_t a = { .lang = "en" };
    cli_options_t options;
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    AUTO(event) reply = NULL;
    size_t count = 0;
    err_t err = { 0 };
    FILE *file = NULL;
    const cli_flag_t flags[] = { { "on", &a.on, NULL },         { "month", &a.month, NULL }, { "from", &a.from, NULL },
                                 { "to", &a.to, NULL },         { "draft", &a.draft, NULL }, { "region", &a.region, NULL },
                                 { "out", &a.out, NULL },       { "lang", &a.lang, NULL },   { "townships", NULL, &a.townships } };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, &a.category, 1, &count) || !check(&a))
        return CLI_REFUSED;
    if (!write_question(&a, &data, &err))
        return cli_fail(&err);
    if (a.out != NULL && (file = fopen(a.out, "w")) == NULL) {
        (void) err_set(&err, ERR_CONFIG, "file", "cannot write %s: %s", a.out, strerror(errno));
        return cli_fail(&err);
    }
    bool ok = (file == NULL || fprintf(file, "on,month,region,household,person,people,money\n") > 0) &&
              ask(&a, &options, str_slice(&data), file, &reply, &err);
    if (file != NULL && fclose(file) != 0 && ok)
        ok = err_set(&err, ERR_CONFIG, "file", "cannot write %s: %s", a.out, strerror(errno));
    if (!ok)
        return cli_fail(&err);
    if (options.json) {
        json_canonical(reply->data, &text);
        str_add_char(&text, '\n');
    } else {
        print_list(&a, reply->data, &text);
    }
    (void) fwrite(str_c(&text), 1, text.len, stdout);
    return CLI_DONE;
}
