/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_emit.h"

#include "domain/date.h"
#include "json/json_out.h"
#include "synth_judge.h"
#include <string.h>

static const char *const relations[SYNTH_RELATION_COUNT] = { "head", "spouse", "child", "parent", "grandchild",
                                                             "sibling" };
static const char *const items[SYNTH_ITEM_COUNT] = { "business", "property", "transfer", "support_received", "deposit" };
static const char *const vehicles[SYNTH_VEHICLE_COUNT] = { "car", "motorcycle", "farm", "disability_scooter" };
static const char *const disabilities[SYNTH_DISABILITY_COUNT] = { "visual", "hearing", "speech", "physical",
                                                                  "intellectual", "mental", "multiple" };
static const char *const measures[SYNTH_CUSTODY_COUNT] = { "prison", "detox", "restriction" };
static const char *const emergencies[SYNTH_EMERGENCY_COUNT] = { "disaster", "fire", "traffic", "accident" };
static const char *const diseases[SYNTH_DISEASE_COUNT] = { "cancer", "uremia", "leukemia", "stroke" };
static const char *const listed_as[SYNTH_POVERTY_COUNT] = { "unstable", "edge", "sudden" };
static const char *const hospitals[] = { "人民医院", "中医院", "第二人民医院", "第三人民医院", "妇幼保健院" };
static const char *const enrolment_prefix[SYNTH_CATEGORY_COUNT] = {
    [SYNTH_DIBAO] = "DB",  [SYNTH_MARGINAL] = "BY", [SYNTH_TEKUN] = "TK", [SYNTH_DIBAO_SINGLE] = "DR",
    [SYNTH_LIVING] = "SH", [SYNTH_NURSING] = "HL",  [SYNTH_CHILD] = "ET", [SYNTH_URGENT] = "LS",
    [SYNTH_RIGID] = "GX", [SYNTH_EXPENDITURE] = "ZC",
};

static void
put_month(json_out_t *j, const char *key, int32_t month)
{
    char text[DATE_TEXT_SIZE];

    date_format(date_month_start(month), text);
    json_out_text_n(j, key, text, 7);
}

static void
put_rid(json_out_t *j, const char *key, const synth_house_t *h, const synth_rec_t *rec, int person)
{
    char rid[RESIDENT_ID_SIZE];

    memcpy(rid, h->person[person].rid, sizeof rid);
    if (rec->lower_x && rid[17] == 'X')
        rid[17] = 'x';
    json_out_text(j, key, rid);
}

static void
put_number(json_out_t *j, const char *key, const char *prefix, uint32_t serial)
{
    char text[24];

    (void) snprintf(text, sizeof text, "%s%08u", prefix, (unsigned) serial);
    json_out_text(j, key, text);
}

static void
put_household(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    const synth_township_t *t = &h->profile->township[rec->a];
    char region[16];
    char address[96];
    const char *zh;
    const char *en;

    (void) snprintf(region, sizeof region, "%s%03d", t->code, (int) rec->b);
    synth_people_place(rec->grade, &zh, &en);
    (void) snprintf(address, sizeof address, "%s%s%s%d组%d号", t->zh, zh, h->rural ? "村" : "社区", 1 + h->no[12] % 20,
                    1 + (h->no[11] * 7 + h->no[10]) % 60);
    json_out_text(j, "household_no", h->no);
    json_out_text(j, "region", region);
    json_out_text(j, "area", h->rural ? "rural" : "urban");
    json_out_date(j, "effective_on", rec->from);
    json_out_array(j, "members");
    for (int i = 0; i < h->persons; i++) {
        if (!(rec->members & (1u << i)))
            continue;
        json_out_object(j, NULL);
        json_out_text(j, "resident_id", h->person[i].rid);
        json_out_text(j, "name", h->person[i].name);
        json_out_text(j, "relation", relations[h->person[i].relation]);
        json_out_end(j);
    }
    json_out_end(j);
    json_out_text(j, "address", address);
    if (rec->code)
        json_out_bool(j, "closed", true);
}

static void
put_enrolment(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    put_number(j, "enrolment_no", enrolment_prefix[rec->code], rec->serial);
    json_out_text(j, "category", synth_category_name((synth_category_t) rec->code));
    json_out_text(j, "household_no", h->no);
    json_out_array(j, "members");
    for (int i = 0; i < h->persons; i++)
        if (rec->members & (1u << i))
            json_out_text(j, NULL, h->person[i].rid);
    json_out_end(j);
    json_out_date(j, "from", rec->from);
    if (rec->to != DATE_OPEN)
        json_out_date(j, "until", rec->to - 1);
    json_out_fen(j, "monthly_amount", rec->a);
    if (rec->slot >= 0)
        json_out_date(j, "decided_on", rec->day - 2);
}

static void
put_money(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    char employer[96];

    if (rec->type == SYNTH_REC_DECLARATION) {
        put_number(j, "declaration_no", "SB", rec->serial);
        json_out_text(j, "household_no", h->no);
        put_rid(j, "resident_id", h, rec, rec->person);
        json_out_text(j, "item", items[rec->code]);
        put_month(j, "from_month", rec->from);
        if (rec->to != DATE_OPEN)
            put_month(j, "to_month", rec->to - 1);
        json_out_fen(j, rec->code == SYNTH_DEPOSIT ? "balance" : "monthly_amount", rec->a);
        return;
    }
    put_rid(j, "resident_id", h, rec, rec->person);
    if (rec->type == SYNTH_REC_WAGE) {
        synth_people_employer(rec->code, h->profile->county_zh, employer, sizeof employer);
        json_out_text(j, "employer", employer);
    }
    put_month(j, "month", rec->from);
    if (rec->to != rec->from + 1)
        put_month(j, "to_month", rec->to - 1);
    json_out_fen(j, rec->type == SYNTH_REC_WAGE ? "amount" : "basic", rec->a);
    if (rec->type == SYNTH_REC_PENSION)
        json_out_fen(j, "personal", rec->b);
}

static void
put_certificate(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    const synth_person_t *person = &h->person[rec->person];
    char no[24];

    (void) snprintf(no, sizeof no, "%s%d%d", person->rid, rec->code + 1, rec->grade);
    json_out_text(j, "certificate_no", no);
    put_rid(j, "resident_id", h, rec, rec->person);
    json_out_text(j, "name", person->name);
    json_out_text(j, "type", disabilities[rec->code]);
    json_out_i64(j, "grade", rec->grade);
    json_out_date(j, "issued_on", rec->from);
    json_out_date(j, "expires_on", rec->to);
    if (rec->b != 0)
        json_out_date(j, "cancelled_on", (int32_t) rec->b);
}

static void
put_settlement(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    char hospital[64];
    /* The fund pays half as much again as the patient: any division would do. */
    int64_t fund = rec->a + rec->a / 2;

    (void) snprintf(hospital, sizeof hospital, "%s%s", h->profile->county_zh,
                    hospitals[rec->serial % (sizeof hospitals / sizeof hospitals[0])]);
    put_number(j, "settlement_no", "YB", rec->serial);
    put_rid(j, "resident_id", h, rec, rec->person);
    json_out_text(j, "hospital", hospital);
    json_out_date(j, "admitted_on", rec->from - 2 - (int32_t) (rec->serial % 11));
    json_out_date(j, "settled_on", rec->from);
    json_out_fen(j, "total", rec->a + fund);
    json_out_fen(j, "fund_paid", fund);
    json_out_fen(j, "self_paid", rec->a);
}

static void
put_vehicle(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    put_number(j, "vehicle_no", "SV", rec->serial);
    put_rid(j, "resident_id", h, rec, rec->person);
    json_out_text(j, "class", vehicles[rec->code]);
    json_out_date(j, "registered_on", rec->from);
    if (rec->a > 0)
        json_out_fen(j, "price", rec->a);
    if (rec->to != DATE_OPEN)
        json_out_date(j, "deregistered_on", rec->to);
}

static void
put_person_record(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    if (rec->type == SYNTH_REC_CREMATION)
        put_number(j, "cremation_no", "HH", rec->serial);
    if (rec->type == SYNTH_REC_HEALTH_DEATH)
        put_number(j, "certificate_no", "SZ", rec->serial);
    put_rid(j, "resident_id", h, rec, rec->person);
    json_out_text(j, "name", h->person[rec->person].name);
    if (rec->type == SYNTH_REC_CHILD) {
        json_out_text(j, "class", synth_class_name(rec->code));
        json_out_date(j, "since", rec->from);
        json_out_fen(j, "monthly_amount", rec->a);
        return;
    }
    json_out_date(j, "died_on", rec->from);
    if (rec->type == SYNTH_REC_DEATH)
        json_out_date(j, "registered_on", rec->day - 1);
    else if (rec->type == SYNTH_REC_HEALTH_DEATH)
        json_out_date(j, "certified_on", rec->from + 1);
    else
        json_out_date(j, "cremated_on", rec->from + 1);
}

static void
put_review(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    put_number(j, "review_no", "FH", rec->serial);
    json_out_text(j, "category", synth_category_name((synth_category_t) rec->code));
    if (rec->person < 0)
        json_out_text(j, "household_no", h->no);
    else
        put_rid(j, "resident_id", h, rec, rec->person);
    json_out_date(j, "reviewed_on", rec->from);
    json_out_text(j, "result", "kept");
}

/* What befalls a person. */
static void
put_blow(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    if (rec->type == SYNTH_REC_VICTIM)
        put_number(j, "victim_no", "ZH", rec->serial);
    if (rec->type == SYNTH_REC_ILLNESS)
        put_number(j, "diagnosis_no", "ZD", rec->serial);
    if (rec->type == SYNTH_REC_CUSTODY)
        put_number(j, "custody_no", "FL", rec->serial);
    put_rid(j, "resident_id", h, rec, rec->person);
    if (rec->type == SYNTH_REC_VICTIM) {
        json_out_text(j, "class", emergencies[rec->code]);
        json_out_date(j, "happened_on", rec->from);
    } else if (rec->type == SYNTH_REC_ILLNESS) {
        json_out_text(j, "class", "serious_illness");
        json_out_text(j, "disease", diseases[rec->code]);
        json_out_date(j, "diagnosed_on", rec->from);
    } else if (rec->type == SYNTH_REC_CUSTODY) {
        json_out_text(j, "class", measures[rec->code]);
        json_out_i64(j, "term_months", rec->a);
        json_out_date(j, "begins_on", rec->from);
        if (rec->to != DATE_OPEN)
            json_out_date(j, "released_on", rec->to);
    } else if (rec->type == SYNTH_REC_UNEMPLOYED) {
        json_out_date(j, "registered_on", rec->from);
        if (rec->to != DATE_OPEN)
            json_out_date(j, "ended_on", rec->to);
    } else { /* a pupil */
        json_out_text(j, "level", "junior");
        json_out_text(j, "mode", "full_time");
        json_out_date(j, "enrolled_on", rec->from);
        if (rec->to != DATE_OPEN) {
            json_out_date(j, "left_on", rec->to);
            json_out_text(j, "left_by", "dropout");
        }
    }
}

/* What tells who is on his own: supporters, self-care, work. */
static void
put_standing(json_out_t *j, const synth_house_t *h, const synth_rec_t *rec)
{
    char employer[96];

    if (rec->type == SYNTH_REC_SUPPORT)
        put_number(j, "support_no", "SY", rec->serial);
    put_rid(j, "resident_id", h, rec, rec->person);
    if (rec->type == SYNTH_REC_SUPPORT) {
        json_out_text(j, "statement", rec->grade < 0 ? "none" : "supporter");
        if (rec->grade >= 0) {
            json_out_text(j, "supporter_id", h->person[rec->grade].rid);
            json_out_text(j, "relation", relations[rec->code]);
            if (rec->a > 0)
                json_out_i64(j, "dependants", rec->a);
            if (rec->b > 0)
                json_out_fen(j, "agreed_amount", rec->b);
        }
        json_out_date(j, "from", rec->from);
        if (rec->to != DATE_OPEN)
            json_out_date(j, "until", rec->to - 1);
    } else if (rec->type == SYNTH_REC_CARE) {
        json_out_date(j, "assessed_on", rec->from);
        json_out_i64(j, "failed_items", rec->a);
    } else {
        synth_people_employer(rec->code, h->profile->county_zh, employer, sizeof employer);
        json_out_text(j, "employer", employer);
        json_out_text(j, "kind", "contract");
        json_out_date(j, "started_on", rec->from);
        if (rec->to != DATE_OPEN)
            json_out_date(j, "ended_on", rec->to - 1);
    }
}

static void
put_record(const synth_house_t *h, const synth_rec_t *rec, str_t *line)
{
    json_out_t j;

    str_clear(line);
    json_out_init(&j, line);
    json_out_object(&j, NULL);
    switch (rec->type) {
    case SYNTH_REC_HOUSEHOLD: put_household(&j, h, rec); break;
    case SYNTH_REC_ENROLMENT: put_enrolment(&j, h, rec); break;
    case SYNTH_REC_CERTIFICATE: put_certificate(&j, h, rec); break;
    case SYNTH_REC_DECLARATION:
    case SYNTH_REC_WAGE:
    case SYNTH_REC_PENSION: put_money(&j, h, rec); break;
    case SYNTH_REC_SETTLEMENT: put_settlement(&j, h, rec); break;
    case SYNTH_REC_VEHICLE: put_vehicle(&j, h, rec); break;
    case SYNTH_REC_REVIEW: put_review(&j, h, rec); break;
    case SYNTH_REC_STUDENT:
    case SYNTH_REC_VICTIM:
    case SYNTH_REC_ILLNESS:
    case SYNTH_REC_UNEMPLOYED:
    case SYNTH_REC_CUSTODY: put_blow(&j, h, rec); break;
    case SYNTH_REC_POVERTY:
        json_out_text(&j, "household_no", h->no);
        json_out_text(&j, "class", listed_as[rec->code]);
        json_out_date(&j, "from", rec->from);
        if (rec->to != DATE_OPEN)
            json_out_date(&j, "until", rec->to - 1);
        break;
    case SYNTH_REC_SUPPORT:
    case SYNTH_REC_CARE:
    case SYNTH_REC_JOB: put_standing(&j, h, rec); break;
    case SYNTH_REC_CHILD:
    case SYNTH_REC_DEATH:
    case SYNTH_REC_HEALTH_DEATH:
    case SYNTH_REC_CREMATION: put_person_record(&j, h, rec); break;
    case SYNTH_REC_AUTHORISATION:
    case SYNTH_REC_PAYMENT:
    case SYNTH_REC_PRICES:
    case SYNTH_REC_COUNT: break;
    }
    if (rec->retracted)
        json_out_bool(&j, "retracted", true);
    json_out_end(&j);
}

static void
emit_payment(const synth_house_t *h, const synth_payment_t *pay, synth_files_t *files, str_t *line)
{
    const synth_rec_t *rec = &h->rec[pay->rec];
    /* What was paid before the play was paid in the middle of its month. */
    int32_t paid_on = pay->slot < 0 ? date_month_start(pay->month) + 14 : synth_profile_slot_day(h->profile, pay->slot) - 1;
    char no[32];
    json_out_t j;

    (void) snprintf(no, sizeof no, "FF%s%08u%04d%02d", enrolment_prefix[rec->code], (unsigned) rec->serial, pay->month / 12,
                    pay->month % 12 + 1);
    str_clear(line);
    json_out_init(&j, line);
    json_out_object(&j, NULL);
    json_out_text(&j, "payment_no", no);
    put_number(&j, "enrolment_no", enrolment_prefix[rec->code], rec->serial);
    json_out_text(&j, "household_no", h->no);
    put_rid(&j, "resident_id", h, rec, rec->person < 0 ? 0 : rec->person);
    json_out_text(&j, "category", synth_category_name((synth_category_t) rec->code));
    put_month(&j, "month", pay->month);
    json_out_fen(&j, "amount", pay->fen);
    json_out_date(&j, "paid_on", paid_on);
    json_out_end(&j);
    synth_files_line(files, SYNTH_REC_PAYMENT, pay->slot, line);
}

/* Everybody signs when first entered in the register, for longer than the play lasts. */
static void
emit_authorisations(const synth_house_t *h, const synth_rec_t *entry, unsigned *signed_by, synth_files_t *files, str_t *line)
{
    const synth_profile_t *p = h->profile;
    int32_t from = entry->slot < 0 ? synth_profile_first(p, -12) : entry->day;

    for (int i = 0; i < h->persons; i++) {
        json_out_t j;

        if ((entry->members & ~*signed_by & (1u << i)) == 0 || h->person[i].guest)
            continue;
        *signed_by |= 1u << i;
        str_clear(line);
        json_out_init(&j, line);
        json_out_object(&j, NULL);
        put_number(&j, "authorisation_no", "SQ", ++h->serials[SYNTH_REC_AUTHORISATION]);
        json_out_text(&j, "resident_id", h->person[i].rid);
        json_out_date(&j, "from", h->person[i].born > from ? h->person[i].born : from);
        json_out_date(&j, "until", synth_profile_first(p, p->months + 12) - 1);
        json_out_end(&j);
        synth_files_line(files, SYNTH_REC_AUTHORISATION, entry->slot, line);
    }
}

void
synth_emit_house(const synth_house_t *h, synth_files_t *files, str_t *line)
{
    unsigned signed_by = 0;

    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];

        if (rec->ghost)
            continue;
        put_record(h, rec, line);
        synth_files_line(files, rec->type, rec->slot, line);
        if (rec->type == SYNTH_REC_HOUSEHOLD)
            emit_authorisations(h, rec, &signed_by, files, line);
        /* A whole list names the child again in each month, until the list leaves it out. */
        for (int m = 0; rec->type == SYNTH_REC_CHILD && m < h->profile->months; m++)
            if (m * SYNTH_FEEDS > rec->slot && synth_profile_slot_day(h->profile, m * SYNTH_FEEDS) < rec->gone)
                synth_files_line(files, rec->type, m * SYNTH_FEEDS, line);
    }
    for (size_t i = 0; i < h->pays; i++)
        if (!h->rec[h->pay[i].rec].ghost)
            emit_payment(h, &h->pay[i], files, line);
}
