/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "domain/date.h"
#include "json/json_out.h"
#include "synth_county.h"

/* county.json and regions.json: what stands beside the feeds. */

static void
put_share(json_out_t *j, const char *key, int bp)
{
    char text[24];

    (void) snprintf(text, sizeof text, "%d.%04d", bp / SYNTH_BP, bp % SYNTH_BP);
    json_out_text(j, key, text);
}

static void
put_policy(json_out_t *j, const synth_profile_t *p)
{
    json_out_text(j, "policy", p->policy);
    json_out_array(j, "standards");
    for (int i = 0; i < p->standards; i++) {
        json_out_object(j, NULL);
        json_out_date(j, "from", p->standard[i].from);
        json_out_fen(j, "urban", p->standard[i].fen[0]);
        json_out_fen(j, "rural", p->standard[i].fen[1]);
        json_out_end(j);
    }
    json_out_end(j);
    put_share(j, "work_cost_share", p->work_cost_bp);
    put_share(j, "hysteresis", p->hysteresis_bp);
    put_share(j, "marginal_multiple", p->marginal_bp);
    json_out_i64(j, "deposit_months", p->deposit_months);
    json_out_fen(j, "hardship_limit", p->hardship);
}

static void
put_grades(json_out_t *j, const char *key, const int64_t amount[4])
{
    json_out_array(j, key);
    for (int grade = 0; grade < 4; grade++)
        json_out_fen(j, NULL, amount[grade]);
    json_out_end(j);
}

/* The numbers of the rules that a county need not have. */
static void
put_watch(json_out_t *j, const synth_profile_t *p)
{
    json_out_object(j, "allowances");
    put_grades(j, "disability_living", p->amount_living);
    put_grades(j, "disability_nursing", p->amount_nursing);
    json_out_end(j);
    json_out_object(j, "tekun");
    json_out_fen(j, "basic", p->amount_tekun);
    json_out_array(j, "care");
    for (size_t i = 0; i < COUNT_OF(p->amount_care); i++)
        json_out_fen(j, NULL, p->amount_care[i]);
    json_out_end(j);
    json_out_end(j);
    if (!p->watch.on)
        return;
    json_out_object(j, "watch");
    json_out_i64(j, "months_late", p->watch.months_late);
    json_out_i64(j, "death_days", p->watch.death_days);
    json_out_i64(j, "notice_days", p->watch.notice_days);
    json_out_i64(j, "age_days", p->watch.age_days);
    json_out_array(j, "ages");
    for (int i = 0; i < SYNTH_AGES; i++)
        json_out_i64(j, NULL, synth_ages[i]);
    json_out_end(j);
    json_out_i64(j, "review_months", p->watch.review_months);
    json_out_i64(j, "irregular_months", p->watch.irregular_months);
    json_out_i64(j, "lookback_months", p->watch.lookback_months);
    json_out_array(j, "findings"); /* of categories that most counties only list */
    json_out_text(j, NULL, synth_category_name(SYNTH_URGENT));
    json_out_text(j, NULL, synth_category_name(SYNTH_CHILD));
    if (p->spending.on) {
        json_out_text(j, NULL, synth_category_name(SYNTH_RIGID));
        json_out_text(j, NULL, synth_category_name(SYNTH_POVERTY));
        json_out_text(j, NULL, synth_category_name(SYNTH_EXPENDITURE));
    }
    json_out_end(j);
    json_out_end(j);
    if (!p->spending.on)
        return;
    json_out_object(j, "spending");
    put_share(j, "rigid_share", p->spending.rigid_bp);
    put_share(j, "aid_share", p->spending.aid_bp);
    json_out_fen(j, "monitoring_line", p->spending.monitoring_line);
    json_out_fen(j, "sudden", p->spending.sudden);
    json_out_end(j);
}

/* What the place chooses otherwise than the country's base. */
static void
put_local(json_out_t *j, const synth_local_t *l)
{
    json_out_object(j, "local");
    json_out_i64(j, "income_months", l->income_months);
    json_out_text(j, "maintenance", synth_maintenance_name(l->maintenance));
    json_out_text(j, "maintenance_spares", l->spares ? "siblings_and_elderly" : "none");
    json_out_text(j, "rigid_test", l->residual ? "residual_or_share" : "share");
    json_out_text(j, "rigid_aid", l->residual_aid ? "residual" : "none");
    if (l->rigid_deposit_months > 0)
        json_out_i64(j, "rigid_deposit_months", l->rigid_deposit_months);
    json_out_i64(j, "rigid_months", l->rigid_months);
    json_out_end(j);
}

static void
put_pair(json_out_t *j, const char *key, int64_t households, int64_t people)
{
    json_out_object(j, key);
    json_out_i64(j, "households", households);
    json_out_i64(j, "people", people);
    json_out_end(j);
}

static void
put_expected(json_out_t *j, const synth_profile_t *p)
{
    json_out_object(j, "at_end");
    put_pair(j, "dibao", p->dibao_households, p->dibao_people);
    put_pair(j, "marginal", p->marginal_households, p->marginal_people);
    json_out_i64(j, "dibao_single", p->dibao_single);
    json_out_i64(j, "tekun", p->tekun);
    json_out_i64(j, "disability_living", p->living);
    json_out_i64(j, "disability_nursing", p->nursing);
    json_out_object(j, "child_in_difficulty");
    for (int i = 0; i < SYNTH_CLASS_COUNT; i++)
        json_out_i64(j, synth_class_name(i), p->child[i]);
    json_out_end(j);
    json_out_end(j);
}

bool
synth_county_write_json(const synth_county_t *self, err_t *err)
{
    const synth_profile_t *p = self->profile;
    AUTO_STR out = STR_INIT;
    json_out_t j;

    json_out_init(&j, &out);
    json_out_object(&j, NULL);
    json_out_text(&j, "profile", p->name);
    json_out_object(&j, "title");
    json_out_text(&j, "zh", p->title_zh);
    json_out_text(&j, "en", p->title_en);
    json_out_end(&j);
    json_out_text(&j, "county", p->county);
    json_out_i64(&j, "seed", (int64_t) p->seed);
    json_out_i64(&j, "people", self->persons);
    json_out_i64(&j, "households", (int64_t) self->index);
    json_out_date(&j, "start", p->start);
    json_out_date(&j, "end", p->end);
    put_policy(&j, p);
    put_watch(&j, p);
    if (p->local.on)
        put_local(&j, &p->local);
    put_expected(&j, p);
    json_out_object(&j, "records");
    for (int t = 0; t < SYNTH_REC_COUNT; t++)
        json_out_i64(&j, synth_files_dataset((synth_rec_type_t) t), synth_files_count(self->files, (synth_rec_type_t) t));
    json_out_end(&j);
    json_out_end(&j);
    str_add_char(&out, '\n');
    return synth_files_put(self->files, "county.json", &out, err);
}

static void
put_name(json_out_t *j, const char *code, const char *zh, const char *en)
{
    json_out_object(j, code);
    json_out_text(j, "zh", zh);
    json_out_text(j, "en", en);
    json_out_end(j);
}

static void
put_village(json_out_t *j, const synth_profile_t *p, int township, int n)
{
    const synth_township_t *t = &p->township[township];
    bool rural = n >= t->urban;
    const char *zh;
    const char *en;
    char code[16];
    char long_zh[64];
    char long_en[64];

    synth_people_place(township * 7 + n, &zh, &en);
    (void) snprintf(code, sizeof code, "%s%03d", t->code, rural ? 201 + n - t->urban : 1 + n);
    (void) snprintf(long_zh, sizeof long_zh, "%s%s", zh, rural ? "村" : "社区");
    (void) snprintf(long_en, sizeof long_en, "%s %s", en, rural ? "Village" : "Community");
    put_name(j, code, long_zh, long_en);
}

bool
synth_county_write_regions(const synth_county_t *self, err_t *err)
{
    const synth_profile_t *p = self->profile;
    AUTO_STR out = STR_INIT;
    json_out_t j;

    json_out_init(&j, &out);
    json_out_object(&j, NULL);
    put_name(&j, p->county, p->county_zh, p->county_en);
    for (int t = 0; t < p->townships; t++) {
        put_name(&j, p->township[t].code, p->township[t].zh, p->township[t].en);
        for (int n = 0; n < p->township[t].urban + p->township[t].rural; n++)
            put_village(&j, p, t, n);
    }
    json_out_end(&j);
    str_add_char(&out, '\n');
    return synth_files_put(self->files, "regions.json", &out, err);
}
