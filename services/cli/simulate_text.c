/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate_text.h"

#include <string.h>

#include "base/mem.h"
#include "text_table.h"

enum { NAME = 34, COUNT = 12, MONEY = 18 };

typedef struct {
    const json_node_t *reply;
    const char *lang;
    str_t *out;
} writer_t;

static const char *
word(const writer_t *w, const char *en, const char *zh)
{
    return strcmp(w->lang, "zh") == 0 ? zh : en;
}

static const char *
label_of(const writer_t *w, const json_node_t *object, const char *key, const char *otherwise)
{
    const char *text = json_text(json_get(json_get(object, key), w->lang));

    return text != NULL && text[0] != '\0' ? text : otherwise;
}

typedef struct {
    int64_t households, people, money;
} tally_t;

static tally_t
tally_of(const json_node_t *object, const char *key)
{
    const json_node_t *t = json_get(object, key);

    return (tally_t){ text_i64_of(t, "households"), text_i64_of(t, "people"), text_fen_of(t, "money") };
}

static bool
is_zero(const tally_t *t)
{
    return t->households == 0 && t->people == 0 && t->money == 0;
}

static void
line(const writer_t *w, const char *name, const tally_t *t, bool sign)
{
    text_left(w->out, name, NAME);
    text_count(w->out, t->households, sign, COUNT);
    text_count(w->out, t->people, sign, COUNT);
    text_money(w->out, t->money, sign, MONEY);
    str_add_char(w->out, '\n');
}

static tally_t
minus(tally_t t)
{
    return (tally_t){ -t.households, -t.people, -t.money };
}

static void
change_line(const writer_t *w, const char *name, const json_node_t *flow, const char *key, bool out)
{
    tally_t t = tally_of(flow, key);

    if (is_zero(&t))
        return;
    if (out)
        t = minus(t);
    line(w, name, &t, true);
}

/* Who stays: the households whose amount moved, and by how much. */
static void
amount_line(const writer_t *w, const char *name, const json_node_t *flow, const char *key, bool out)
{
    tally_t t = tally_of(flow, key);

    if (is_zero(&t))
        return;
    text_left(w->out, name, NAME);
    AUTO_STR of = STR_INIT;
    str_add_char(&of, '(');
    text_count(&of, t.households, false, 0);
    str_add_char(&of, ')');
    text_right(w->out, str_c(&of), COUNT);
    text_count(w->out, out ? -t.people : t.people, true, COUNT);
    text_money(w->out, out ? -t.money : t.money, true, MONEY);
    str_add_char(w->out, '\n');
}

static void
flow_lines(const writer_t *w, const json_node_t *flow, bool open)
{
    change_line(w, open ? word(w, "  open anyway: qualify, not enrolled", "  现行待办：应纳未纳") : word(w, "  newly qualify", "  新增符合"), flow, "entered", false);
    change_line(w, open ? word(w, "  open anyway: from another category", "  现行待办：由他类转入") : word(w, "  from another category", "  由他类转入"), flow, "moved_in", false);
    change_line(w, open ? word(w, "  open anyway: qualify no longer", "  现行待办：应退未退") : word(w, "  drop out", "  不再符合"), flow, "left", true);
    change_line(w, open ? word(w, "  open anyway: to another category", "  现行待办：转入他类") : word(w, "  to another category", "  转入他类"), flow, "moved_out", true);
    amount_line(w, open ? word(w, "  open anyway: are due more", "  现行待办：应增发") : word(w, "  stay, get more", "  金额增加（户）"), flow, "raised", false);
    amount_line(w, open ? word(w, "  open anyway: are due less", "  现行待办：应减发") : word(w, "  stay, get less", "  金额减少（户）"), flow, "lowered", true);
}

static bool
is_empty(const json_node_t *cell)
{
    const tally_t stock = tally_of(cell, "register"), now = tally_of(json_get(cell, "in_force"), "after");
    bool empty = is_zero(&stock) && is_zero(&now) && json_get(json_get(cell, "in_force"), "cannot_tell") == NULL;

    for (const json_node_t *d = json_first(json_get(cell, "drafts")); d != NULL; d = json_next(d)) {
        const tally_t after = tally_of(d, "after");
        empty = empty && is_zero(&after) && json_get(d, "cannot_tell") == NULL;
    }
    return empty;
}

static void
unknown_line(const writer_t *w, const json_node_t *state)
{
    int64_t n = text_i64_of(state, "cannot_tell");

    if (n == 0)
        return;
    text_left(w->out, word(w, "    cannot tell", "    无法判定"), NAME);
    text_count(w->out, n, false, COUNT);
    str_add_char(w->out, '\n');
}

static void
draft_name(const writer_t *w, size_t index, size_t count, const char *tail, str_t *ret)
{
    str_printf(ret, "%s", word(w, "draft", "草案"));
    if (count > 1)
        str_printf(ret, " %zu", index + 1);
    str_add(ret, tail);
}

static void
category_block(const writer_t *w, const json_node_t *c)
{
    const json_node_t *in_force = json_get(c, "in_force"), *drafts = json_get(c, "drafts");
    const tally_t stock = tally_of(c, "register"), now = tally_of(in_force, "after"), apart = tally_of(c, "not_assessed");
    size_t i = 0, n = json_count(drafts);

    if (is_empty(c))
        return;
    str_printf(w->out, "\n%s  %s\n", label_of(w, c, "label", text_of(c, "category")), text_of(c, "category"));
    if (json_get(c, "register") != NULL) {
        line(w, word(w, "in the register", "在册"), &stock, false);
        if (!is_zero(&apart))
            line(w, word(w, "  of these not assessed", "  其中未评估"), &apart, false);
        flow_lines(w, in_force, true);
    }
    line(w, word(w, "= policy in force", "= 现行政策"), &now, false);
    unknown_line(w, in_force);
    for (const json_node_t *d = json_first(drafts); d != NULL; d = json_next(d), i++) {
        AUTO_STR name = STR_INIT;
        const tally_t after = tally_of(d, "after");

        flow_lines(w, d, false);
        str_add(&name, "= ");
        draft_name(w, i, n, n > 1 ? word(w, " (from in force)", "（相对现行）") : "", &name);
        line(w, str_c(&name), &after, false);
        unknown_line(w, d);
    }
}

static bool
is_changed(const json_node_t *c, const json_node_t *d)
{
    const tally_t now = tally_of(json_get(c, "in_force"), "after"), after = tally_of(d, "after");

    return json_get(d, "entered") != NULL || json_get(d, "moved_in") != NULL || json_get(d, "left") != NULL ||
           json_get(d, "moved_out") != NULL || json_get(d, "raised") != NULL || json_get(d, "lowered") != NULL || now.money != after.money;
}

static bool
is_changed_by_any(const json_node_t *c)
{
    for (const json_node_t *d = json_first(json_get(c, "drafts")); d != NULL; d = json_next(d))
        if (is_changed(c, d))
            return true;
    return false;
}

/* What no draft changes is only named, unless all is asked for. */
static void
category_blocks(const writer_t *w, bool all)
{
    AUTO_STR same = STR_INIT;

    for (const json_node_t *c = json_first(json_get(w->reply, "categories")); c != NULL; c = json_next(c)) {
        if (all || is_changed_by_any(c))
            category_block(w, c);
        else if (!is_empty(c))
            str_printf(&same, "%s%s", same.len > 0 ? ", " : "", text_of(c, "category"));
    }
    if (same.len > 0)
        str_printf(w->out, "\n%s%s%s\n", word(w, "Not changed (--all shows them): ", "未变动（--all 显示）："), str_c(&same),
                   word(w, ".", "。"));
}

/* --- money of all categories --- */

static void
money_block(const writer_t *w)
{
    int64_t stock = 0, now = 0, after[2] = { 0, 0 };
    size_t n = 0;

    for (const json_node_t *c = json_first(json_get(w->reply, "categories")); c != NULL; c = json_next(c)) {
        stock += tally_of(c, "register").money;
        now += tally_of(json_get(c, "in_force"), "after").money;
        n = 0;
        for (const json_node_t *d = json_first(json_get(c, "drafts")); d != NULL && n < 2; d = json_next(d))
            after[n++] += tally_of(d, "after").money;
    }
    str_printf(w->out, "\n%s\n", word(w, "Money per month, all categories (yuan)", "每月金额合计（元）"));
    text_left(w->out, word(w, "in the register", "在册"), NAME + 2 * COUNT);
    text_money(w->out, stock, false, MONEY);
    str_add_char(w->out, '\n');
    text_left(w->out, word(w, "policy in force", "现行政策"), NAME + 2 * COUNT);
    text_money(w->out, now, false, MONEY);
    str_add_char(w->out, '\n');
    for (size_t i = 0; i < n; i++) {
        AUTO_STR name = STR_INIT;

        draft_name(w, i, n, "", &name);
        text_left(w->out, str_c(&name), NAME + 2 * COUNT);
        text_money(w->out, after[i], false, MONEY);
        str_add(w->out, "  ");
        text_money(w->out, after[i] - now, true, 0);
        str_add_char(w->out, '\n');
    }
}

/* --- townships --- */

static void
region_row(const writer_t *w, const char *region, const json_node_t *c, const json_node_t *d, size_t draft, size_t drafts)
{
    static const struct {
        const char *key;
        bool out;
    } parts[] = { { "entered", false }, { "moved_in", false }, { "left", true }, { "moved_out", true } };
    const tally_t now = tally_of(json_get(c, "in_force"), "after"), after = tally_of(d, "after");

    text_left(w->out, region[0] == '\0' ? word(w, "(none)", "（无）") : region, 14);
    AUTO_STR name = STR_INIT;
    str_add(&name, text_of(c, "category"));
    if (drafts > 1)
        str_printf(&name, " (%zu)", draft + 1);
    text_left(w->out, str_c(&name), 24);
    text_count(w->out, now.households, false, 10);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        int64_t n = tally_of(d, parts[i].key).households;
        text_count(w->out, parts[i].out ? -n : n, true, 9);
    }
    text_count(w->out, after.households, false, 10);
    text_money(w->out, after.money - now.money, true, 16);
    str_add_char(w->out, '\n');
}

static void
regions_block(const writer_t *w)
{
    static const char *const en[] = { "in force", "newly", "moved in", "drop out", "moved out", "draft" };
    static const char *const zh[] = { "现行", "新增", "转入", "退出", "转出", "草案" };
    static const size_t widths[] = { 10, 9, 9, 9, 9, 10 };

    str_printf(w->out, "\n%s\n", word(w, "By township: households, and money per month (yuan)", "分乡镇：户数与每月金额（元）"));
    text_left(w->out, word(w, "township", "乡镇"), 14);
    text_left(w->out, word(w, "category", "类别"), 24);
    for (size_t i = 0; i < COUNT_OF(widths); i++)
        text_right(w->out, word(w, en[i], zh[i]), widths[i]);
    text_right(w->out, word(w, "money", "金额"), 16);
    str_add_char(w->out, '\n');
    for (const json_node_t *r = json_first(json_get(w->reply, "regions")); r != NULL; r = json_next(r)) {
        for (const json_node_t *c = json_first(json_get(r, "categories")); c != NULL; c = json_next(c)) {
            const json_node_t *drafts = json_get(c, "drafts");
            size_t i = 0;

            for (const json_node_t *d = json_first(drafts); d != NULL; d = json_next(d), i++)
                if (is_changed(c, d))
                    region_row(w, text_of(r, "region"), c, d, i, json_count(drafts));
        }
    }
}

/* --- moves and the households nearest the line --- */

static void
moves_block(const writer_t *w)
{
    bool head = false;

    for (const json_node_t *m = json_first(json_get(w->reply, "moves")); m != NULL; m = json_next(m)) {
        int64_t policy = text_i64_of(m, "policy");

        if (policy == 0)
            continue;
        if (!head)
            str_printf(w->out, "\n%s\n", word(w, "Between categories", "类别变动"));
        head = true;
        AUTO_STR name = STR_INIT;
        str_printf(&name, "%s → %s", text_of(m, "from"), text_of(m, "to"));
        if (json_count(json_get(w->reply, "policies")) > 2)
            str_printf(&name, " (%lld)", (long long) policy);
        const tally_t t = { text_i64_of(m, "households"), text_i64_of(m, "people"), text_fen_of(m, "money") };
        line(w, str_c(&name), &t, false);
    }
}

/* Where it stands under one policy: in a category, or in none of those that exclude the one whose line is near. */
static void
end_text(const writer_t *w, const json_node_t *end, str_t *ret)
{
    if (end == NULL || json_kind(end) != JSON_OBJECT) {
        str_add(ret, word(w, "without", "未纳入"));
        return;
    }
    str_add(ret, text_of(end, "category"));
    if (text_fen_of(end, "money") != 0) {
        str_add_char(ret, ' ');
        text_money(ret, text_fen_of(end, "money"), false, 0);
    }
}

static void
ends_text(const writer_t *w, const json_node_t *n, str_t *ret)
{
    AUTO_STR after = STR_INIT;

    end_text(w, json_get(n, "before"), ret);
    end_text(w, json_get(n, "after"), &after);
    if (strcmp(str_c(ret), str_c(&after)) == 0)
        str_add(ret, word(w, ", as in force", "（与现行相同）"));
    else
        str_printf(ret, " → %s", str_c(&after));
}

/* Margin is line less value: whether below is in or out is the category's own matter, and told by where it stands. */
static void
margin_text(const writer_t *w, int64_t margin, str_t *ret)
{
    if (margin == 0) {
        str_add(ret, word(w, "exactly on the line", "恰在标准线上"));
        return;
    }
    str_add(ret, margin > 0 ? word(w, "", "低于标准线 ") : word(w, "", "高于标准线 "));
    text_money(ret, margin < 0 ? -margin : margin, false, 0);
    str_add(ret, margin > 0 ? word(w, " below the line", "") : word(w, " above the line", ""));
}

static void
nearest_block(const writer_t *w)
{
    const json_node_t *list = json_get(w->reply, "nearest");

    if (json_count(list) == 0)
        return;
    str_printf(w->out, "\n%s\n", word(w, "Nearest the line, from the policy in force to the draft", "最接近标准线的家庭（现行 → 草案）"));
    for (const json_node_t *n = json_first(list); n != NULL; n = json_next(n)) {
        AUTO_STR name = STR_INIT, margin = STR_INIT, ends = STR_INIT;

        str_add(&name, text_of(n, "category"));
        if (json_get(n, "person") != NULL)
            str_add(&name, word(w, ", a member", "（某成员）"));
        if (json_count(json_get(w->reply, "policies")) > 2)
            str_printf(&name, " (%lld)", (long long) text_i64_of(n, "policy"));
        margin_text(w, text_fen_of(n, "margin"), &margin);
        ends_text(w, n, &ends);
        str_printf(w->out, "%s  %s  ", text_of(n, "household"), text_of(n, "region"));
        text_left(w->out, str_c(&name), 26);
        text_right(w->out, str_c(&margin), 27);
        str_printf(w->out, "  %s\n", str_c(&ends));
    }
}

static void
policy_line(const writer_t *w, const json_node_t *p, size_t index, size_t count, const char *asked)
{
    const json_node_t *changed = json_get(p, "changed"), *unknown = json_get(p, "cannot_tell");
    AUTO_STR name = STR_INIT;

    if (index == 0)
        str_add(&name, word(w, "in force", "现行"));
    else
        draft_name(w, index - 1, count - 1, "", &name);
    text_left(w->out, str_c(&name), 10);
    str_printf(w->out, "%s", text_of(p, "policy"));
    if (asked != NULL)
        str_printf(w->out, "  %s", asked);
    if (index > 0) {
        str_add(w->out, word(w, ": changes something for ", "：影响 "));
        text_count(w->out, text_i64_of(changed, "households"), false, 0);
        str_add(w->out, word(w, " households, ", " 户 "));
        text_count(w->out, text_i64_of(changed, "people"), false, 0);
        str_add(w->out, word(w, " people", " 人"));
        if (text_i64_of(unknown, "households") > 0) {
            str_add(w->out, word(w, "; cannot tell of ", "；无法判定 "));
            text_count(w->out, text_i64_of(unknown, "households"), false, 0);
            str_add(w->out, word(w, "", " 户"));
        }
    }
    str_add_char(w->out, '\n');
}

void
simulate_text(const json_node_t *reply, const char *lang, bool all, bool regions, const char *const asked[3], str_t *out)
{
    const writer_t w = { .reply = reply, .lang = lang, .out = out };
    const json_node_t *assessed = json_get(reply, "assessed"), *policies = json_get(reply, "policies");
    size_t i = 0;

    str_printf(out, "%s %s: ", word(&w, "Simulated on", "模拟日期"), text_of(reply, "on"));
    text_count(out, text_i64_of(assessed, "households"), false, 0);
    str_add(out, word(&w, " households, ", " 户 "));
    text_count(out, text_i64_of(assessed, "people"), false, 0);
    str_add(out, word(&w, " people; nothing was written\n", " 人；未写入任何数据\n"));
    for (const json_node_t *p = json_first(policies); p != NULL && i < 3; p = json_next(p), i++)
        policy_line(&w, p, i, json_count(policies), asked[i]);
    str_add_char(out, '\n');
    text_left(out, "", NAME);
    text_right(out, word(&w, "households", "户"), COUNT);
    text_right(out, word(&w, "people", "人"), COUNT);
    text_right(out, word(&w, "yuan per month", "元/月"), MONEY);
    category_blocks(&w, all);
    money_block(&w);
    moves_block(&w);
    if (regions)
        regions_block(&w);
    nearest_block(&w);
    str_printf(out, "\n%s\n",
               word(&w, "The sums close: register + in − out = in force, in force + in − out = draft, in every township (checked).",
                    "勾稽相符：在册 + 增 − 减 = 现行，现行 + 增 − 减 = 草案（已逐乡镇校验）。"));
}
