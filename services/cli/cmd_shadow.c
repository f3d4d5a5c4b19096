/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "text_table.h"

#include "base/num.h"
#include "domain/region.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "plimsoll shadow [--region R] [--townships] [--differences N] [--lang en|zh] [--json]";
enum { DIFFERENCES_MAX = 1000 };

typedef struct {
    const char *region, *differences, *lang;
    bool townships;
    int64_t limit;
} asked_t;

static const char *
word(const asked_t *a, const char *en, const char *zh)
{
    return strcmp(a->lang, "zh") == 0 ? zh : en;
}

static bool
check(asked_t *a)
{
    if (a->region != NULL && !region_is_valid(a->region)) {
        fprintf(stderr, "plimsoll: --region takes a code of 2, 4, 6, 9 or 12 digits\n");
        return false;
    }
    if (a->differences != NULL &&
        (!num_i64(a->differences, strlen(a->differences), &a->limit) || a->limit < 0 || a->limit > DIFFERENCES_MAX)) {
        fprintf(stderr, "plimsoll: --differences takes a number from 0 to %d\n", DIFFERENCES_MAX);
        return false;
    }
    if (strcmp(a->lang, "en") != 0 && strcmp(a->lang, "zh") != 0) {
        fprintf(stderr, "plimsoll: --lang takes en or zh\n");
        return false;
    }
    return true;
}

typedef struct {
    int64_t shadow, live, both, money;
} sums_t;

static void
add(sums_t *s, const json_node_t *c)
{
    s->shadow += text_i64_of(c, "shadow");
    s->live += text_i64_of(c, "in_force");
    s->both += text_i64_of(c, "both");
    s->money += text_i64_of(c, "other_money");
}

static void
row(const char *kind, const char *category, const char *region, const sums_t *s, str_t *out)
{
    text_left(out, kind, 24);
    text_left(out, category, 22);
    text_left(out, region, 12);
    text_count(out, s->live, false, 10);
    text_count(out, s->shadow, false, 10);
    text_count(out, s->shadow - s->both, true, 12);
    text_count(out, s->both - s->live, true, 12);
    text_count(out, s->money, true, 12);
    str_add_char(out, '\n');
}

static bool
same(const json_node_t *a, const json_node_t *b)
{
    return b != NULL && strcmp(text_of(a, "kind"), text_of(b, "kind")) == 0 && strcmp(text_of(a, "category"), text_of(b, "category")) == 0;
}

/* The counts come in the order of kind, category and township. */
static void
counts_block(const asked_t *a, const json_node_t *counts, str_t *out)
{
    sums_t all = { 0 }, these = { 0 };

    for (const json_node_t *c = json_first(counts); c != NULL; c = json_next(c)) {
        sums_t one = { 0 };

        add(&one, c);
        add(&these, c);
        add(&all, c);
        if (a->townships)
            row(text_of(c, "kind"), text_of(c, "category"), text_of(c, "region"), &one, out);
        if (same(c, json_next(c)))
            continue;
        if (!a->townships)
            row(text_of(c, "kind"), text_of(c, "category"), "", &these, out);
        these = (sums_t){ 0 };
    }
    row(word(a, "all", "合计"), "", "", &all, out);
}

static void
side(const asked_t *a, const json_node_t *d, const char *key, str_t *out)
{
    const json_node_t *s = json_get(d, key);

    if (s == NULL) {
        str_add(out, word(a, "nothing", "无"));
        return;
    }
    str_printf(out, "%s %s", word(a, "since", "自"), text_of(s, "since"));
    if (text_of(s, "monthly_money")[0] != '\0') {
        str_add_char(out, ' ');
        text_money(out, text_fen_of(s, "monthly_money"), false, 0);
    }
}

static void
print_shadow(const asked_t *a, const json_node_t *s, str_t *out)
{
    static const char *const en[] = { "in force", "shadow", "only shadow", "only now", "other money" };
    static const char *const zh[] = { "现行", "影子", "仅影子有", "仅现行有", "金额不同" };
    static const size_t widths[] = { 10, 10, 12, 12, 12 };

    str_printf(out, "\n%s  %s\n", text_of(s, "policy"), text_of(json_get(s, "title"), a->lang));
    text_left(out, word(a, "finding", "发现"), 24);
    text_left(out, word(a, "category", "类别"), 22);
    text_left(out, a->townships ? word(a, "township", "乡镇") : "", 12);
    for (size_t i = 0; i < COUNT_OF(widths); i++)
        text_right(out, word(a, en[i], zh[i]), widths[i]);
    str_add_char(out, '\n');
    counts_block(a, json_get(s, "counts"), out);
    for (const json_node_t *d = json_first(json_get(s, "differences")); d != NULL; d = json_next(d)) {
        str_printf(out, "%s  %s  %s %s: ", text_of(d, "household"), text_of(d, "region"), text_of(d, "kind"), text_of(d, "category"));
        side(a, d, "in_force", out);
        str_add(out, " → ");
        side(a, d, "shadow", out);
        str_add_char(out, '\n');
    }
}

int
cmd_shadow(int argc, char **argv)
{
    asked_t a = { .lang = "en" };
    cli_options_t options;
    AUTO_STR data = STR_INIT;
    AUTO_STR text = STR_INIT;
    AUTO(event) reply = NULL;
    size_t count = 0;
    err_t err = { 0 };
    json_out_t out;
    const cli_flag_t flags[] = { { "region", &a.region, NULL }, { "differences", &a.differences, NULL }, { "lang", &a.lang, NULL },
                                 { "townships", NULL, &a.townships } };

    if (!cli_parse(argc, argv, usage, flags, COUNT_OF(flags), &options, NULL, 0, &count) || !check(&a))
        return CLI_REFUSED;
    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    if (a.region != NULL)
        json_out_text(&out, "region", a.region);
    json_out_i64(&out, "differences", a.limit);
    json_out_end(&out);
    if (!cli_ask(&options, CLI_COMPARISON, "plimsoll.comparison.shadow.v1", str_slice(&data), &reply, &err))
        return cli_fail(&err);
    if (options.json) {
        json_canonical(reply->data, &text);
        str_add_char(&text, '\n');
    } else {
        const json_node_t *shadows = json_get(reply->data, "shadows");

        str_printf(&text, "%s %s%s\n", word(&a, "Shadow on", "影子运行"), text_of(reply->data, "day"),
                   json_is_true(json_get(reply->data, "complete")) ? "" : word(&a, ": still being evaluated", "：仍在评估"));
        if (json_count(shadows) == 0)
            str_add(&text, word(&a, "no policy is in the shadow: the setting `shadow` of comparison names them\n", "没有影子政策：由比对服务的 shadow 设置指定\n"));
        for (const json_node_t *s = json_first(shadows); s != NULL; s = json_next(s))
            print_shadow(&a, s, &text);
    }
    (void) fwrite(str_c(&text), 1, text.len, stdout);
    return CLI_DONE;
}
