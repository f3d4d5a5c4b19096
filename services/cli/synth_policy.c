/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "domain/date.h"
#include "domain/money.h"
#include "synth_county.h"

/* policy.yaml: the profile's numbers as a county's policy that extends the national one, so that a county which is nobody's
 * can be played without writing a policy by hand.  The rules stay the national ones. */

static void
put_date(str_t *out, int32_t day)
{
    char text[DATE_TEXT_SIZE];

    date_format(day, text);
    str_add(out, text);
}

static void
put_money(str_t *out, int64_t fen)
{
    char text[MONEY_TEXT_SIZE];

    money_format(fen, text);
    str_add(out, text);
}

static void
put_head(str_t *out, const char *name)
{
    str_printf(out, "  %s:\n    basis: profile of a synthetic county\n    confidence: assumed\n    values:\n", name);
}

/* Dated from the first standard on, like it. */
static void
put_share(str_t *out, const synth_profile_t *p, const char *name, int bp)
{
    put_head(out, name);
    str_add(out, "      - { from: ");
    put_date(out, p->standard[0].from);
    str_printf(out, ", value: %d.%04d }\n", bp / SYNTH_BP, bp % SYNTH_BP);
}

static void
put_grades(str_t *out, const synth_profile_t *p, const char *name, const int64_t amount[4])
{
    put_head(out, name);
    str_add(out, "      - { from: ");
    put_date(out, p->standard[0].from);
    for (int grade = 1; grade <= 4; grade++) {
        if (amount[grade - 1] == 0)
            continue;
        str_printf(out, ", %d: ", grade);
        put_money(out, amount[grade - 1]);
    }
    str_add(out, " }\n");
}

static void
put_amount(str_t *out, const synth_profile_t *p, const char *name, int64_t fen)
{
    put_head(out, name);
    str_add(out, "      - { from: ");
    put_date(out, p->standard[0].from);
    str_add(out, ", value: ");
    put_money(out, fen);
    str_add(out, " }\n");
}

static void
put_choice(str_t *out, const synth_profile_t *p, const char *name, const char *value)
{
    put_head(out, name);
    str_add(out, "      - { from: ");
    put_date(out, p->standard[0].from);
    str_printf(out, ", value: %s }\n", value);
}

static void
put_number(str_t *out, const synth_profile_t *p, const char *name, int value)
{
    put_head(out, name);
    str_add(out, "      - { from: ");
    put_date(out, p->standard[0].from);
    str_printf(out, ", value: %d }\n", value);
}

/* What the place chooses otherwise than the country's base. */
static void
put_local(str_t *out, const synth_profile_t *p)
{
    const synth_local_t *l = &p->local;

    put_number(out, p, "income.months", l->income_months);
    put_choice(out, p, "maintenance.method", synth_maintenance_name(l->maintenance));
    if (!l->spares)
        put_choice(out, p, "dibao_single.spared_supporters", "none");
    put_choice(out, p, "rigid.method", l->residual ? "residual_or_share" : "share");
    put_choice(out, p, "rigid.aid", l->residual_aid ? "residual" : "none");
    put_choice(out, p, "rigid.property", l->rigid_deposit_months > 0 ? "own_limits" : "as_marginal");
    if (l->rigid_deposit_months > 0)
        put_number(out, p, "rigid.deposit_months", l->rigid_deposit_months);
    put_number(out, p, "rigid.months", l->rigid_months);
}

/* What the rules of findings look for beside verdicts. */
static void
put_watch(str_t *out, const synth_profile_t *p)
{
    put_number(out, p, "payment.months_late", p->watch.months_late);
    put_number(out, p, "findings.lookback_months", p->watch.lookback_months);
    put_number(out, p, "review.months_stable", p->watch.review_months);
    put_number(out, p, "review.months_irregular", p->watch.irregular_months);
    put_number(out, p, "conflict.death_days", p->watch.death_days);
    put_number(out, p, "review.notice_days", p->watch.notice_days);
    put_number(out, p, "review.age_days", p->watch.age_days);
    if (p->spending.on) {
        put_share(out, p, "rigid.share", p->spending.rigid_bp);
        put_share(out, p, "temporary_aid.share", p->spending.aid_bp);
        put_amount(out, p, "poverty_return.line", p->spending.monitoring_line);
        put_amount(out, p, "poverty_return.spending", p->spending.sudden);
    }
    str_add(out, "\ncategories:\n  temporary_aid_urgent: { findings: all }\n  child_in_difficulty: { findings: all }\n");
    if (p->spending.on)
        str_add(out, "  rigid_expenditure: { findings: all }\n  temporary_aid_expenditure: { findings: all }\n  poverty_return: { findings: all }\n");
}

/* A county in which verdicts, deaths and medical costs alone are looked at: its events know of nothing else. */
static void
put_verdicts_only(str_t *out, const synth_profile_t *p)
{
    static const char *const indicators[] = { "stay",    "outlay",  "income_loss", "unemployed", "disability", "illness",
                                              "dropout", "disaster", "custody",    "death",      "living" };
    static const char *const overlaps[] = { "tekun_with_dibao",  "tekun_with_allowances", "dibao_with_others",
                                            "dibao_with_single", "child_with_tekun",      "orphan_with_living",
                                            "injury_with_allowances", "enrolled_twice" };

    put_number(out, p, "conflict.death_days", 0);
    str_add(out, "\ncategories:\n");
    for (size_t i = 0; i < COUNT_OF(indicators); i++)
        str_printf(out, "  hardship_%s: { findings: none }\n", indicators[i]);
    str_add(out, "\noverlaps:\n");
    for (size_t i = 0; i < COUNT_OF(overlaps); i++)
        str_printf(out, "  %s: { findings: none }\n", overlaps[i]);
}

bool
synth_county_write_policy(const synth_county_t *self, err_t *err)
{
    const synth_profile_t *p = self->profile;
    AUTO_STR out = STR_INIT;

    str_printf(&out, "# Made by `plimsoll synth` from the profile %s.\npolicy: %s\nextends: national\n", p->name, p->policy);
    str_printf(&out, "title: { zh: \"%s低收入人口认定\", en: \"%s low-income determination\" }\n\n", p->county_zh, p->county_en);
    if (p->local.income_months != 12)
        str_printf(&out,
                   "windows:\n  income_year:\n    months: %d\n    basis: profile of a synthetic county\n"
                   "    confidence: assumed\n\n",
                   p->local.income_months);
    str_add(&out, "parameters:\n");
    put_head(&out, "dibao.standard");
    for (int i = 0; i < p->standards; i++) {
        str_add(&out, "      - { from: ");
        put_date(&out, p->standard[i].from);
        str_add(&out, ", urban: ");
        put_money(&out, p->standard[i].fen[0]);
        str_add(&out, ", rural: ");
        put_money(&out, p->standard[i].fen[1]);
        str_add(&out, " }\n");
    }
    put_share(&out, p, "dibao.hysteresis", p->hysteresis_bp);
    put_share(&out, p, "work_cost.share", p->work_cost_bp);
    put_share(&out, p, "marginal.multiple", p->marginal_bp);
    put_number(&out, p, "property.deposit_months", p->deposit_months);
    put_amount(&out, p, "medical.hardship_line", p->hardship);
    put_grades(&out, p, "disability.nursing_amount", p->amount_nursing);
    put_grades(&out, p, "disability.living_amount", p->amount_living);
    put_head(&out, "tekun.standard_method");
    str_add(&out, "      - { from: ");
    put_date(&out, p->standard[0].from);
    str_add(&out, ", value: amount }\n");
    put_amount(&out, p, "tekun.amount", p->amount_tekun);
    put_head(&out, "tekun.care_amount");
    str_add(&out, "      - { from: ");
    put_date(&out, p->standard[0].from);
    for (int i = 0; i < (int) COUNT_OF(p->amount_care); i++) {
        str_printf(&out, ", %d: ", i);
        put_money(&out, p->amount_care[i]);
    }
    str_add(&out, " }\n");
    put_head(&out, "disability.living_widening");
    str_add(&out, "      - { from: ");
    put_date(&out, p->standard[0].from);
    str_add(&out, ", value: jobless_severe }\n");
    put_number(&out, p, "apply.working_days", 0); /* the feeds are written before anybody is visited: no enrolment follows */
    if (p->local.on)
        put_local(&out, p);
    if (p->watch.on)
        put_watch(&out, p);
    else
        put_verdicts_only(&out, p);
    return synth_files_put(self->files, "policy.yaml", &out, err);
}
