/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_county.h"

#include "base/uuid.h"
#include "domain/date.h"
#include "json/json_out.h"
#include "synth_disorder.h"
#include "synth_emit.h"
#include "synth_mistake.h"
#include "synth_pay.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_BP = 500 };

void
synth_county_init(synth_county_t *self, const synth_profile_t *profile, synth_files_t *files)
{
    memset(self, 0, sizeof *self);
    self->profile = profile;
    self->files = files;
    self->people = synth_people_new(profile->resident_area);
    synth_house_init(&self->house, profile, self->people, self->serials);
    synth_house_init(&self->other, profile, self->people, self->serials);
    self->day_count = synth_judge_days(profile, self->days);
}

void
synth_county_done(synth_county_t *self)
{
    synth_house_done(&self->house);
    synth_house_done(&self->other);
    synth_people_destroy(&self->people);
    str_done(&self->line);
}

synth_house_t *
synth_county_house(synth_county_t *self)
{
    synth_house_begin(&self->house, self->index++);
    self->house.planted = self->planting;
    return &self->house;
}

synth_house_t *
synth_county_other(synth_county_t *self)
{
    synth_house_begin(&self->other, self->index++);
    self->other.planted = self->planting;
    return &self->other;
}

static bool
same_finding(const synth_finding_t *a, const synth_finding_t *b)
{
    return a->kind == b->kind && a->category == b->category && a->person == b->person;
}

static bool
has_finding(const synth_finding_t *list, int n, const synth_finding_t *one)
{
    for (int i = 0; i < n; i++)
        if (same_finding(&list[i], one))
            return true;
    return false;
}

static void
put_margin(json_out_t *j, int margin_bp)
{
    char text[24];
    int size = abs(margin_bp);

    (void) snprintf(text, sizeof text, "%s%d.%04d", margin_bp < 0 ? "-" : "", size / SYNTH_BP, size % SYNTH_BP);
    json_out_text(j, "margin", text);
}

static void
put_truth(synth_county_t *self, const synth_house_t *h, const synth_finding_t *f, int32_t day)
{
    uuid_t id;
    json_out_t j;

    uuid_derive("household", h->no, &id);
    str_clear(&self->line);
    json_out_init(&j, &self->line);
    json_out_object(&j, NULL);
    json_out_text(&j, "household_no", h->no);
    json_out_uuid(&j, "household", &id);
    json_out_date(&j, "date", day);
    json_out_text(&j, "kind", synth_kind_name(f->kind));
    json_out_text(&j, "category", synth_category_name(f->category));
    if (f->person >= 0)
        json_out_text(&j, "resident_id", h->person[f->person].rid);
    json_out_text(&j, "planted", h->planted == NULL ? "background" : h->planted);
    if (f->has_margin)
        put_margin(&j, f->margin_bp);
    json_out_end(&j);
    synth_files_truth(self->files, &self->line);
    self->tally.findings++;
    self->tally.by_kind[f->kind]++;
}

static void
put_decoy(synth_county_t *self, const synth_house_t *h)
{
    uuid_t id;
    json_out_t j;

    uuid_derive("household", h->no, &id);
    str_clear(&self->line);
    json_out_init(&j, &self->line);
    json_out_object(&j, NULL);
    json_out_text(&j, "household_no", h->no);
    json_out_uuid(&j, "household", &id);
    json_out_text(&j, "planted", h->planted);
    if (h->has_margin) {
        json_out_date(&j, "date", h->margin_day);
        put_margin(&j, h->margin_bp);
    }
    json_out_end(&j);
    synth_files_decoy(self->files, &self->line);
}

static bool
is_wanted(const synth_house_t *h, const synth_finding_t *f, int32_t day)
{
    return h->want == -1 || (h->want == (int) f->kind && h->want_category == f->category &&
                             (h->want_day == 0 || h->want_day == day));
}

/* Opens and closes findings day by day; each opening is a line of the truth. */
static bool
play(synth_county_t *self, const synth_house_t *h, err_t *err)
{
    synth_finding_t before[SYNTH_FINDINGS_MAX];
    synth_finding_t now[SYNTH_FINDINGS_MAX];
    int n_before = 0;
    bool watched = h->profile->watch.on; /* then anybody may reach an age, and a late file changes what is known */
    int step = h->background && !watched ? self->day_count - 1 : 1;
    bool wanted = h->want == -2 || h->decoy;
    int nearest = -1; /* distance to the line of the finding that was wanted */

    for (int d = 0; d < self->day_count; d += step) {
        int n = synth_judge_findings(h, self->days[d], now);

        for (int i = 0; i < n; i++) {
            if (has_finding(before, n_before, &now[i]))
                continue;
            if ((h->planted == NULL || h->decoy) && !watched)
                return err_set(err, ERR_BUG, "synth.unplanted", "household %s (%s) finds %s of %s, which nobody planted",
                               h->no, h->planted ? h->planted : "background", synth_kind_name(now[i].kind),
                               synth_category_name(now[i].category));
            if (!now[i].has_margin && h->near_bp != 0 && is_wanted(h, &now[i], self->days[d])) {
                now[i].has_margin = true;
                now[i].margin_bp = h->near_bp;
            }
            put_truth(self, h, &now[i], self->days[d]);
            if (is_wanted(h, &now[i], self->days[d])) {
                if (now[i].has_margin && (nearest < 0 || abs(now[i].margin_bp) < nearest))
                    nearest = abs(now[i].margin_bp);
                wanted = true;
            }
        }
        memcpy(before, now, sizeof now);
        n_before = n;
    }
    if (!wanted && h->profile->late_bp + h->profile->mistakes_bp == 0)
        return err_set(err, ERR_BUG, "synth.missed", "household %s (%s) does not find what was planted", h->no,
                       h->planted);
    self->tally.money_cases += nearest >= 0 || h->has_margin;
    self->tally.near_inside += nearest >= 0 && nearest <= NEAR_BP;
    self->tally.near_outside += h->decoy && h->has_margin && abs(h->margin_bp) <= NEAR_BP;
    return true;
}

static void
count_register(synth_county_t *self, const synth_house_t *h)
{
    const int32_t day[2] = { self->profile->start, self->profile->end };
    int64_t *const households[2] = { self->households_at_start, self->households_at_end };
    int64_t *const people[2] = { self->people_at_start, self->people_at_end };

    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];

        for (int k = 0; k < 2; k++) {
            if (rec->ghost || !synth_judge_in_force(rec, day[k]))
                continue;
            if (rec->type == SYNTH_REC_ENROLMENT) {
                households[k][rec->code]++;
                people[k][rec->code] += __builtin_popcount(rec->members);
            } else if (rec->type == SYNTH_REC_CHILD) {
                households[k][SYNTH_CHILD]++;
                people[k][SYNTH_CHILD]++;
                self->class_at_end[rec->code] += k;
            }
        }
    }
}

bool
synth_county_finish(synth_county_t *self, synth_house_t *h, err_t *err)
{
    bool registered = false;
    int64_t before = self->tally.findings;

    for (size_t i = 0; i < h->recs; i++)
        registered = registered || (h->rec[i].type == SYNTH_REC_HOUSEHOLD && h->rec[i].slot < 0);
    if (!registered && !h->founded)
        (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    synth_spend_list(h);
    synth_mistake_plant(h);
    synth_pay_plan(h);
    synth_pay_review(h);
    synth_disorder_apply(h);
    h->complete = true;
    if (!play(self, h, err))
        return false;
    if (h->planted != NULL)
        self->tally.cases++;
    if (h->decoy && before == self->tally.findings) {
        put_decoy(self, h);
        self->tally.decoys++;
    }
    for (int i = 0; i < h->persons; i++)
        self->persons += !h->person[i].guest;
    count_register(self, h);
    synth_emit_house(h, self->files, &self->line);
    return true;
}

int32_t
synth_county_first_finding(const synth_county_t *self, const synth_house_t *h)
{
    synth_finding_t now[SYNTH_FINDINGS_MAX];

    for (int d = 0; d < self->day_count; d++)
        if (synth_judge_findings(h, self->days[d], now) > 0)
            return self->days[d];
    return 0;
}

static void
enrol_household(synth_house_t *h, synth_category_t category, int slot)
{
    int32_t day = synth_profile_slot_day(h->profile, slot);
    synth_view_t v;

    synth_judge_view(h, day, &v);
    if (v.counted == 0)
        return; /* everybody left has been given aid of a person in the same file */
    size_t i = synth_house_enrol(h, category, -1, slot,
                                 category == SYNTH_DIBAO   ? synth_judge_amount(h, day)
                                 : category == SYNTH_RIGID ? synth_spend_amount(h, day)
                                                           : 0);
    h->rec[i].members = v.counted;
}

/* The rural department puts it on its list. */
static void
list_household(synth_house_t *h, int slot)
{
    size_t i = synth_house_rec(h, SYNTH_REC_POVERTY, -1, slot);

    h->rec[i].code = SYNTH_SUDDEN;
    h->rec[i].from = h->rec[i].day;
}

static void
act_on(synth_house_t *h, const synth_finding_t *f, int slot)
{
    int32_t day = synth_profile_slot_day(h->profile, slot);
    synth_view_t v;

    switch (f->kind) {
    case SYNTH_NEWLY_QUALIFIES:
        if (f->person >= 0)
            (void) synth_house_enrol(h, f->category, f->person, slot, synth_aid_amount(h, day, f->category, f->person));
        else if (f->category == SYNTH_POVERTY)
            list_household(h, slot);
        else if (f->category != SYNTH_MARGINAL || h->acts_on_marginal)
            enrol_household(h, f->category, slot);
        break;
    case SYNTH_CATEGORY_CHANGE:
        (void) synth_house_end_enrolment(h, f->rec, slot);
        if (f->category != SYNTH_MARGINAL || h->acts_on_marginal)
            enrol_household(h, f->category, slot);
        break;
    case SYNTH_NO_LONGER:
        if (h->rec[f->rec].type == SYNTH_REC_CHILD)
            h->rec[f->rec].gone = day;
        else if (h->rec[f->rec].type == SYNTH_REC_POVERTY)
            h->rec[synth_house_replace(h, f->rec, slot)].to = day;
        else
            (void) synth_house_end_enrolment(h, f->rec, slot);
        break;
    case SYNTH_BENEFIT_CHANGE:
    case SYNTH_MEMBER_CHANGE: {
        /* Both may be found together; the second sees what the first has written. */
        size_t rec = f->rec;
        if (h->rec[rec].gone != DATE_OPEN)
            break;
        if (f->person >= 0 && f->kind == SYNTH_BENEFIT_CHANGE) {
            rec = synth_house_replace(h, rec, slot);
            h->rec[rec].a = synth_aid_amount(h, day, f->category, f->person);
            break;
        }
        rec = synth_house_replace(h, rec, slot);
        synth_judge_view(h, day, &v);
        h->rec[rec].members &= v.members & ~v.dead;
        if (h->rec[rec].code == SYNTH_DIBAO && v.income < v.line)
            h->rec[rec].a = synth_judge_amount(h, day);
        if (h->rec[rec].code == SYNTH_RIGID)
            h->rec[rec].a = synth_spend_amount(h, day);
        break;
    }
    case SYNTH_NOT_DRAWN: {
        int grade = 4;
        for (size_t i = 0; i < h->recs; i++)
            if (h->rec[i].type == SYNTH_REC_CERTIFICATE && h->rec[i].person == f->person)
                grade = h->rec[i].grade;
        (void) synth_house_enrol(h, f->category, f->person, slot,
                                 f->category == SYNTH_LIVING ? h->profile->amount_living[grade - 1]
                                                             : h->profile->amount_nursing[grade - 1]);
        break;
    }
    case SYNTH_OVERLAP: (void) synth_house_end_enrolment(h, f->rec, slot); break;
    case SYNTH_AID_MISSING:
    case SYNTH_DATA_CONFLICT:
    case SYNTH_REVIEW_DUE:
    case SYNTH_HARDSHIP_WARNING:
    case SYNTH_KIND_COUNT: break;
    }
}

/* Who draws tekun from now on is no longer named in the household's dibao or marginal; nobody left ends it. */
static void
leave_household(synth_house_t *h, int slot)
{
    synth_view_t v;

    synth_judge_view(h, synth_profile_slot_day(h->profile, slot), &v);
    for (size_t i = 0, n = h->recs; i < n; i++) {
        if (h->rec[i].type != SYNTH_REC_ENROLMENT || h->rec[i].person >= 0 || h->rec[i].gone != DATE_OPEN || h->rec[i].to != DATE_OPEN ||
            (h->rec[i].members & ~v.counted) == 0)
            continue;
        size_t k = h->rec[i].slot == slot ? i : synth_house_replace(h, i, slot); /* one version in a file */
        if (v.counted == 0)
            h->rec[k].to = synth_profile_first(h->profile, slot / SYNTH_FEEDS);
        h->rec[k].members = v.counted != 0 ? h->rec[k].members & v.counted : h->rec[k].members;
        if (v.counted != 0 && h->rec[k].code == SYNTH_DIBAO && v.income < v.line)
            h->rec[k].a = synth_judge_amount(h, synth_profile_slot_day(h->profile, slot));
    }
}

void
synth_county_act(synth_house_t *h, int month)
{
    synth_finding_t found[SYNTH_FINDINGS_MAX];
    int slot = month * SYNTH_FEEDS;
    /* What is found on the evening before is settled with what is known on the day. */
    int n = synth_judge_findings(h, synth_profile_slot_day(h->profile, slot) - 1, found);

    for (int k = 0; k < 2 * n; k++) { /* persons first: whoever draws tekun is not counted in the household's aid */
        const synth_finding_t *f = &found[k % n];

        if ((f->person >= 0) == (k < n) && (h->rec[f->rec].gone == DATE_OPEN || f->kind == SYNTH_NEWLY_QUALIFIES || f->kind == SYNTH_NOT_DRAWN))
            act_on(h, f, slot);
    }
    for (int i = 0; i < n; i++)
        if (found[i].kind == SYNTH_NEWLY_QUALIFIES && found[i].category == SYNTH_TEKUN) {
            leave_household(h, slot);
            break;
        }
}

void
synth_county_act_after(synth_house_t *h, int month)
{
    int next = month + synth_rng_int(&h->rng, 1, 2);

    if (next < h->profile->months && synth_rng_int(&h->rng, 1, SYNTH_BP) <= h->profile->acted_bp)
        synth_county_act(h, next);
}
