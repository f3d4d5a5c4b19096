/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_static.h"

#include "base/mem.h"
#include "domain/date.h"
#include "synth_income.h"
#include <inttypes.h>

enum { SIZE_MAX_POOR = 5, MIND_PERCENT = 12 };

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* What is still to be made. */
typedef struct {
    int64_t dibao_households;
    int64_t dibao_people;
    int64_t marginal_households;
    int64_t marginal_people;
    int64_t tekun;
    int64_t single;
    int64_t child[SYNTH_CLASS_COUNT];
    int64_t living;
    int64_t nursing;
} rest_t;

static bool
too_many(err_t *err, const char *what, int64_t made, int64_t wanted)
{
    return err_set(err, ERR_REJECT, "synth.profile",
                   "the planted events leave %" PRId64 " in %s at the end, more than the profile's %" PRId64
                   ": raise `at_end` or plant fewer events of that kind",
                   made, what, wanted);
}

static bool
remain(const synth_county_t *c, rest_t *r, err_t *err)
{
    const synth_profile_t *p = c->profile;
    const int64_t *households = c->households_at_end;
    const int64_t *people = c->people_at_end;

    r->dibao_households = p->dibao_households - p->dibao_single - households[SYNTH_DIBAO];
    r->dibao_people = p->dibao_people - p->dibao_single - people[SYNTH_DIBAO];
    r->marginal_households = p->marginal_households - households[SYNTH_MARGINAL];
    r->marginal_people = p->marginal_people - people[SYNTH_MARGINAL];
    r->tekun = p->tekun - households[SYNTH_TEKUN];
    r->single = p->dibao_single - households[SYNTH_DIBAO_SINGLE];
    r->living = p->living - households[SYNTH_LIVING];
    r->nursing = p->nursing - households[SYNTH_NURSING];
    if (r->dibao_households < 0)
        return too_many(err, "dibao", households[SYNTH_DIBAO], p->dibao_households - p->dibao_single);
    if (r->dibao_people < r->dibao_households || r->dibao_people > r->dibao_households * SIZE_MAX_POOR)
        return err_set(err, ERR_REJECT, "synth.profile",
                       "beside the planted events %" PRId64 " dibao households with %" PRId64
                       " people remain, which cannot be: change `at_end.dibao.people` or plant fewer events",
                       r->dibao_households, r->dibao_people);
    if (r->marginal_households < 0)
        return too_many(err, "marginal", households[SYNTH_MARGINAL], p->marginal_households);
    if (r->marginal_people < r->marginal_households || r->marginal_people > r->marginal_households * SIZE_MAX_POOR)
        return err_set(err, ERR_REJECT, "synth.profile",
                       "beside the planted events %" PRId64 " marginal households with %" PRId64
                       " people remain, which cannot be: change `at_end.marginal.people` or plant fewer events",
                       r->marginal_households, r->marginal_people);
    if (r->tekun < 0)
        return too_many(err, "tekun", households[SYNTH_TEKUN], p->tekun);
    if (r->single < 0)
        return too_many(err, "dibao_single", households[SYNTH_DIBAO_SINGLE], p->dibao_single);
    for (int i = 0; i < SYNTH_CLASS_COUNT; i++) {
        r->child[i] = p->child[i] - c->class_at_end[i];
        if (r->child[i] < 0)
            return too_many(err, synth_class_name(i), c->class_at_end[i], p->child[i]);
    }
    int64_t both = r->single + r->child[SYNTH_DISABILITY];
    if (r->living < both)
        return too_many(err, "disability_living", households[SYNTH_LIVING] + both, p->living);
    if (r->nursing < both)
        return too_many(err, "disability_nursing", households[SYNTH_NURSING] + both, p->nursing);
    return true;
}

static void
enrol_allowance(synth_house_t *h, synth_category_t category, int who, int grade)
{
    const int64_t *amounts = category == SYNTH_LIVING ? h->profile->amount_living : h->profile->amount_nursing;

    (void) synth_house_enrol(h, category, who, SYNTH_INITIAL, amounts[grade - 1]);
}

/* Grade 1 or 2 (or 3 of the mind, up to `mind_percent`): both allowances, for who has no wages. */
static void
add_severe(synth_house_t *h, int who, int mind_percent)
{
    bool mind = synth_rng_percent(&h->rng, mind_percent);
    int grade = mind ? 3 : draw(h, 1, 2);

    int type = mind ? draw(h, SYNTH_INTELLECTUAL, SYNTH_MENTAL) : draw(h, 0, SYNTH_DISABILITY_COUNT - 1);

    (void) synth_house_certify(h, who, type, grade, SYNTH_INITIAL);
    enrol_allowance(h, SYNTH_LIVING, who, grade);
    enrol_allowance(h, SYNTH_NURSING, who, grade);
}

static bool
make_dibao(synth_county_t *c, int n, rest_t *r, int64_t spare, err_t *err)
{
    synth_house_t *h = synth_county_house(c);
    /* Most have little: the average amount of a bureau's report is near the standard. */
    int share = synth_rng_percent(&h->rng, 60) ? draw(h, 0, 2500) : draw(h, 500, 9600);

    synth_income_poor_family(h, n);
    if (n > 1 && share > 3000 && synth_rng_percent(&h->rng, 30))
        synth_house_job(h, 0, synth_house_history(h), DATE_OPEN,
                         synth_income_wage_for(h, n, share) / h->profile->local.income_months);
    else
        synth_income_steady(h, n - 1, n, share);
    int disability = draw(h, 0, 99);
    if (disability < 15 && r->living > spare && r->nursing > spare) {
        int who = n - 1;

        add_severe(h, who, MIND_PERCENT);
        r->living--;
        r->nursing--;
    } else if (disability < 28 && r->living > spare) {
        int grade = draw(h, 3, 4);

        (void) synth_house_certify(h, 0, draw(h, 0, SYNTH_PHYSICAL), grade, SYNTH_INITIAL);
        enrol_allowance(h, SYNTH_LIVING, 0, grade);
        r->living--;
    }
    (void) synth_income_enrol_dibao(h);
    return synth_county_finish(c, h, err);
}

static bool
make_marginal(synth_county_t *c, int n, err_t *err)
{
    synth_house_t *h = synth_county_house(c);

    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, draw(h, 10400, h->profile->marginal_bp - 400));
    (void) synth_house_enrol(h, SYNTH_MARGINAL, -1, SYNTH_INITIAL, 0);
    return synth_county_finish(c, h, err);
}

static bool
make_tekun(synth_county_t *c, err_t *err)
{
    synth_house_t *h = synth_county_house(c);
    bool kin = synth_rng_percent(&h->rng, 8); /* lives with relatives who are not poor */
    int who = 0;

    if (kin) { /* with a brother or sister: others at home would have to support him */
        (void) synth_house_add(h, SYNTH_HEAD, true, 58, 78);
        (void) synth_house_add(h, SYNTH_SPOUSE, false, 57, 77);
        synth_income_ordinary(h, synth_income_share(h, 8500), 0, 0);
        who = synth_house_add(h, SYNTH_SIBLING, synth_rng_percent(&h->rng, 70), 61, 82);
    } else
        who = synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 75), 60, 93);
    synth_house_pension(h, who, synth_house_history(h), DATE_OPEN, 18700, 0);
    (void) synth_house_enrol(h, SYNTH_TEKUN, who, SYNTH_INITIAL, h->profile->amount_tekun);
    if (synth_rng_percent(&h->rng, 20)) /* tekun draw neither allowance */
        (void) synth_house_certify_any(h, who, SYNTH_DISABILITY_COUNT - 1, 1, 4, SYNTH_INITIAL);
    return synth_county_finish(c, h, err);
}

static bool
make_child(synth_county_t *c, int child_class, err_t *err)
{
    synth_house_t *h = synth_county_house(c);
    int who;

    if (child_class == SYNTH_ORPHAN || child_class == SYNTH_UNATTENDED) {
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 58, 75);
        (void) synth_house_add(h, SYNTH_SPOUSE, !h->person[0].male, 57, 74);
        who = synth_house_add(h, SYNTH_GRANDCHILD, synth_rng_percent(&h->rng, 50), 1, 16);
    } else {
        (void) synth_house_add(h, SYNTH_HEAD, true, 28, 46);
        (void) synth_house_add(h, SYNTH_SPOUSE, false, 27, 45);
        who = synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 55), 1, 16);
    }
    synth_income_ordinary(h, synth_income_share(h, 9500), 1u << who, 0);
    (void) synth_house_list_child(h, who, child_class, SYNTH_INITIAL);
    if (h->profile->watch.on && (child_class == SYNTH_ILLNESS || child_class == SYNTH_HIV))
        synth_children_fall_ill(h, who);
    if (child_class == SYNTH_DISABILITY)
        add_severe(h, who, MIND_PERCENT);
    return synth_county_finish(c, h, err);
}

typedef enum { BOTH, NURSING_ONLY, LIVING_ONLY, SINGLE } allowance_t;

static bool
make_allowance(synth_county_t *c, allowance_t kind, err_t *err)
{
    synth_house_t *h = synth_county_house(c);

    synth_income_ordinary_family(h);
    int who = synth_income_add_relative(h, kind != BOTH || synth_rng_percent(&h->rng, 50));
    unsigned bit = 1u << who;
    int grade = draw(h, 1, 2);

    synth_income_ordinary(h, synth_income_share(h, 13500), kind == NURSING_ONLY ? 0 : bit,
                          kind == NURSING_ONLY ? bit : 0);
    switch (kind) {
    case BOTH: add_severe(h, who, MIND_PERCENT); break;
    case SINGLE: /* outside a marginal household by severe disability alone */
        add_severe(h, who, 0);
        (void) synth_house_enrol(h, SYNTH_DIBAO_SINGLE, who, SYNTH_INITIAL, h->profile->amount_single);
        break;
    case NURSING_ONLY: /* has a job */
        (void) synth_house_certify(h, who, draw(h, 0, SYNTH_PHYSICAL), grade, SYNTH_INITIAL);
        enrol_allowance(h, SYNTH_NURSING, who, grade);
        break;
    case LIVING_ONLY:
        (void) synth_house_certify(h, who, draw(h, SYNTH_INTELLECTUAL, SYNTH_MENTAL), 4, SYNTH_INITIAL);
        enrol_allowance(h, SYNTH_LIVING, who, 4);
        break;
    }
    return synth_county_finish(c, h, err);
}

/* One of everybody else.  `left` people at most. */
static bool
make_ordinary(synth_county_t *c, int64_t left, err_t *err)
{
    synth_house_t *h = synth_county_house(c);
    int kind = draw(h, 0, 9);

    h->background = true;
    if (left < 5 || kind < 2) {
        int n = left < 2 ? 1 : 1 + (kind & 1);
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 24, 85);
        if (n == 2)
            (void) synth_house_add(h, SYNTH_SPOUSE, !h->person[0].male, 24, 80);
    } else
        synth_income_ordinary_family(h);
    synth_income_ordinary(h, synth_income_share(h, 23500), 0, 0);
    if (synth_rng_percent(&h->rng, 25))
        (void) synth_house_vehicle(h, 0, synth_rng_percent(&h->rng, 80) ? SYNTH_CAR : SYNTH_MOTORCYCLE, SYNTH_INITIAL);
    if (synth_rng_percent(&h->rng, 6)) {
        int month = draw(h, -10, h->profile->months - 1);
        int64_t paid = h->profile->hardship * draw(h, 100, 7000) / SYNTH_BP;

        (void) synth_house_bill(h, draw(h, 0, h->persons - 1), synth_profile_first(h->profile, month),
                                month < 0 ? SYNTH_INITIAL : month * SYNTH_FEEDS + 1, paid);
    }
    if (synth_rng_percent(&h->rng, 2)) /* light: nothing is drawn for it */
        (void) synth_house_certify_any(h, 0, SYNTH_PHYSICAL, 3, 4, SYNTH_INITIAL);
    return synth_county_finish(c, h, err);
}

/* Spreads people over households, one at least in each. */
static int *
draw_sizes(synth_county_t *c, int64_t households, int64_t people)
{
    int *size = mem_new_array(int, (size_t) households + 1);
    synth_rng_t rng;

    synth_rng_init(&rng, c->profile->seed, UINT64_MAX - c->index);
    for (int64_t i = 0; i < households; i++)
        size[i] = 1;
    for (int64_t left = people - households; left > 0;) {
        int64_t i = synth_rng_range(&rng, 0, households - 1);
        if (size[i] < SIZE_MAX_POOR) {
            size[i]++;
            left--;
        }
    }
    return size;
}

static bool
make_register(synth_county_t *c, rest_t *r, err_t *err)
{
    AUTO_FREE int *dibao = draw_sizes(c, r->dibao_households, r->dibao_people);
    AUTO_FREE int *marginal = draw_sizes(c, r->marginal_households, r->marginal_people);
    int64_t spare = r->single + r->child[SYNTH_DISABILITY];

    for (int64_t i = 0; i < r->dibao_households; i++)
        if (!make_dibao(c, dibao[i], r, spare, err))
            return false;
    for (int64_t i = 0; i < r->marginal_households; i++)
        if (!make_marginal(c, marginal[i], err))
            return false;
    for (int64_t i = 0; i < r->tekun; i++)
        if (!make_tekun(c, err))
            return false;
    for (int k = 0; k < SYNTH_CLASS_COUNT; k++)
        for (int64_t i = 0; i < r->child[k]; i++)
            if (!make_child(c, k, err))
                return false;
    for (int64_t i = 0; i < r->single; i++)
        if (!make_allowance(c, SINGLE, err))
            return false;
    r->living -= spare;
    r->nursing -= spare;
    int64_t both = (r->living < r->nursing ? r->living : r->nursing) * 96 / 100;
    for (int64_t i = 0; i < both; i++)
        if (!make_allowance(c, BOTH, err))
            return false;
    for (int64_t i = both; i < r->nursing; i++)
        if (!make_allowance(c, NURSING_ONLY, err))
            return false;
    for (int64_t i = both; i < r->living; i++)
        if (!make_allowance(c, LIVING_ONLY, err))
            return false;
    return true;
}

bool
synth_static_run(synth_county_t *county, int64_t scale_bp, synth_progress_fn progress, void *ctx, err_t *err)
{
    rest_t rest = { 0 };

    if (!remain(county, &rest, err) || !make_register(county, &rest, err))
        return false;
    int64_t made = county->persons;
    if (made > county->profile->population)
        return err_set(err, ERR_REJECT, "synth.profile",
                       "the register and the planted events need %" PRId64 " people, the profile has %" PRId64
                       ": raise `population`",
                       made, county->profile->population);
    int64_t total = made + (county->profile->population - made) * scale_bp / SYNTH_BP;
    if (total > 10000000)
        return err_set(err, ERR_REJECT, "synth.scale", "%" PRId64 " people are more than ten million: lower --scale", total);
    for (int64_t n = 0; county->persons < total; n++) {
        if (!make_ordinary(county, total - county->persons, err))
            return false;
        if (n % 1000 == 0)
            progress(ctx, county->persons, total);
    }
    progress(ctx, total, total);
    return true;
}
