/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_history_parts.h"

#include <stdio.h>

#include "domain/date.h"

/* --- kinds of records --- */

const kind_t history_kinds[] = {
    { "civil.households", NULL, NULL, 'h', true, SPAN_OPEN, 0, 0, 0, SAY_ENTRY },
    { "hrss.wages", "income.wage", NULL, 'p', true, SPAN_MONTHS, 20000, 20, 10, SAY_FACT },
    { "hrss.pensions", "income.pension", NULL, 'p', true, SPAN_MONTHS, 10000, 12, 2, SAY_FACT },
    { "civil.declarations", "income.transfer", NULL, 'p', false, SPAN_MONTHS, 10000, 12, 5, SAY_FACT },
    { "civil.declarations", "asset.deposit", NULL, 'p', false, SPAN_OPEN, 600000, 8, 1, SAY_FACT },
    { "police.vehicles", "asset.vehicle", "car disability_scooter", 'p', false, SPAN_OPEN, 1, 1, 1, SAY_FACT },
    { "police.deaths", "event.death", NULL, 'p', true, SPAN_EVENT, 0, 0, 2, SAY_FACT },
    { "civil.cremations", "event.death", NULL, 'p', false, SPAN_EVENT, 0, 0, 2, SAY_FACT },
    { "dpf.certificates", "disability.certificate", "physical mental intellectual visual", 'p', false, SPAN_OPEN, 1, 4, 6, SAY_FACT },
    { "civil.enrolments", "enrolment.dibao", NULL, 'h', false, SPAN_OPEN, 20000, 10, 6, SAY_ENROLMENT },
    { "civil.enrolments", "enrolment.marginal", NULL, 'h', false, SPAN_OPEN, 0, 0, 2, SAY_ENROLMENT },
    { "civil.enrolments", "enrolment.rigid_expenditure", NULL, 'h', false, SPAN_OPEN, 0, 0, 2, SAY_ENROLMENT },
    { "civil.enrolments", "enrolment.temporary_aid_urgent", NULL, 'h', false, SPAN_OPEN, 50000, 4, 1, SAY_ENROLMENT },
    { "civil.enrolments", "enrolment.tekun", NULL, 'p', false, SPAN_OPEN, 10700, 10, 3, SAY_FACT },
    { "civil.enrolments", "enrolment.dibao_single", NULL, 'p', false, SPAN_OPEN, 10000, 8, 2, SAY_FACT },
    { "civil.enrolments", "enrolment.disability_living", NULL, 'p', false, SPAN_OPEN, 7900, 10, 3, SAY_FACT },
    { "civil.enrolments", "enrolment.disability_nursing", NULL, 'p', false, SPAN_OPEN, 3000, 5, 3, SAY_FACT },
    { "civil.payments", "payment.dibao", NULL, 'h', false, SPAN_MONTH, 20000, 10, 6, SAY_FACT },
    { "civil.payments", "payment.marginal", NULL, 'h', false, SPAN_MONTH, 5000, 4, 1, SAY_FACT },
    { "civil.payments", "payment.tekun", NULL, 'p', false, SPAN_MONTH, 10700, 10, 2, SAY_FACT },
    { "civil.payments", "payment.disability_living", NULL, 'p', false, SPAN_MONTH, 7900, 10, 3, SAY_FACT },
    { "civil.payments", "payment.disability_nursing", NULL, 'p', false, SPAN_MONTH, 3000, 5, 3, SAY_FACT },
    { "civil.children", "enrolment.child_in_difficulty", "orphan unattended serious_illness severe_disability hiv", 'p', false, SPAN_OPEN,
      30000, 6, 2, SAY_FACT },
    { "civil.supporters", "support.legal", "child spouse parent grandchild sibling", 'p', false, SPAN_OPEN, 0, 0, 24, SAY_SUPPORT },
    { "civil.supporters", "support.none", NULL, 'p', false, SPAN_OPEN, 0, 0, 1, SAY_FACT },
    { "civil.reviews", "review.dibao", "kept changed", 'h', false, SPAN_EVENT, 0, 0, 2, SAY_FACT },
    { "civil.reviews", "review.tekun", "kept changed", 'p', false, SPAN_EVENT, 0, 0, 1, SAY_FACT },
    { "civil.reviews", "review.disability_nursing", "kept", 'p', false, SPAN_EVENT, 0, 0, 1, SAY_FACT },
    { "civil.applications", "application.refused", "dibao tekun marginal", 'h', false, SPAN_EVENT, 0, 0, 2, SAY_FACT },
    { "civil.authorisations", "authorisation.check", NULL, 'p', false, SPAN_OPEN, 0, 0, 3, SAY_FACT },
    { "bank.balances", "asset.financial", "deposit fund insurance", 'p', false, SPAN_OPEN, 500000, 10, 3, SAY_FACT },
    { "medical.settlements", "expense.medical.self_paid", NULL, 'p', false, SPAN_EVENT, 100000, 15, 6, SAY_FACT },
    { "hrss.employment", "employment.job", "contract flexible", 'p', false, SPAN_OPEN, 0, 0, 3, SAY_FACT },
    { "hrss.unemployment", "employment.unemployed", NULL, 'p', false, SPAN_OPEN, 0, 0, 2, SAY_FACT },
    { "hrss.injury_benefits", "income.injury_nursing", NULL, 'p', true, SPAN_MONTHS, 50000, 4, 1, SAY_FACT },
    { "health.illness", "health.serious_illness", "cancer uremia", 'p', false, SPAN_OPEN, 0, 0, 3, SAY_FACT },
    { "health.illness", "health.hiv", NULL, 'p', false, SPAN_OPEN, 0, 0, 1, SAY_FACT },
    { "education.students", "education.enrolled", "junior senior undergraduate", 'p', false, SPAN_OPEN, 0, 0, 2, SAY_FACT },
    { "education.students", "event.dropout", "junior senior", 'p', false, SPAN_EVENT, 0, 0, 1, SAY_FACT },
    { "education.fees", "expense.education", "senior", 'p', false, SPAN_EVENT, 100000, 10, 2, SAY_FACT },
    { "emergency.victims", "event.emergency", "fire traffic disaster", 'p', false, SPAN_EVENT, 0, 0, 2, SAY_SEVERAL },
    { "justice.custody", "custody.prison", NULL, 'p', false, SPAN_OPEN, 3, 8, 2, SAY_FACT },
    { "police.missing", "missing.declared", NULL, 'p', false, SPAN_OPEN, 0, 0, 1, SAY_FACT },
    { "police.missing", "missing.lost_contact", NULL, 'p', false, SPAN_OPEN, 0, 0, 1, SAY_FACT },
    { "ethnic.clergy", "clergy.residence", NULL, 'p', false, SPAN_OPEN, 0, 0, 1, SAY_FACT },
    { "rural.poverty_return", "enrolment.poverty_return", "unstable edge", 'h', false, SPAN_OPEN, 0, 0, 3, SAY_FACT },
    { "stats.cpi", "cpi.all", NULL, 'r', false, SPAN_MONTH, 100, 7, 1, SAY_FACT },
};

const size_t history_kind_count = COUNT_OF(history_kinds);

/* --- what a version says --- */

bool
history_is_named(const kind_t *k)
{
    return k->fixed && strcmp(k->dataset, "hrss.pensions") != 0; /* of which the settings say it */
}

int
history_person(const village_t *self, int person)
{
    return (int) self->number * PEOPLE_APART + person;
}

int
history_home(const village_t *self, int home)
{
    return (int) self->number * PEOPLE_APART + home;
}

int
history_draw_person(const village_t *self, uint64_t *sequence)
{
    int person = 1 + (int) draw(sequence, VILLAGE_PEOPLE);

    if (person <= VILLAGE_ALIASES && draw(sequence, 2) == 0)
        person += ALIAS_APART;
    return history_person(self, person);
}

/* The village has two townships; mostly it is the first. */
static unsigned
draw_township(const village_t *self, uint64_t *sequence)
{
    return 100 + self->number % 450 * 2 + (draw(sequence, 4) == 0);
}

const char *
history_id(uuid_t id, char ret[UUID_TEXT_SIZE])
{
    uuid_format(&id, ret);
    return ret;
}

/* Of the person: some ages are reached within the round. */
static int32_t
born_of(const days_t *days, int person)
{
    static const int years[] = { 0, 5, 16, 18, 35, 50, 60, 80 };
    int which = (person % PEOPLE_APART - 1) % ALIAS_APART;

    return date_add_months(days->first, -12 * years[which % (int) COUNT_OF(years)]) + which * 3 - 4;
}

static void
say_entry(const village_t *self, fixture_t *fx, const days_t *days, const thing_t *t, uint64_t *sequence, const char *key)
{
    static const char *const relations[] = { "spouse", "child", "child", "parent", "grandchild", "sibling", "other" };
    char id[UUID_TEXT_SIZE], date[DATE_TEXT_SIZE];
    int members[5];
    size_t n = draw(sequence, 5);
    AUTO_STR text = STR_INIT;

    for (size_t i = 0; i < n; i++) { /* mostly of the household's own */
        members[i] = draw(sequence, 4) == 0 ? history_draw_person(self, sequence)
                                            : history_person(self, 1 + (t->home * 2 + (int) i) % VILLAGE_PEOPLE);
        for (size_t k = 0; k < i; k++)
            if (members[k] == members[i])
                n = i;
    }
    date_format(days->first - (int32_t) draw(sequence, 700), date);
    str_printf(&text, "\"facts\":[],\"household\":{\"household\":\"%s\",\"region\":\"320681%03u%03u\",\"area\":\"%s\",\"effective\":\"%s\",\"closed\":%s,"
                      "\"members\":[", history_id(fixture_household(history_home(self, t->home)), id), draw_township(self, sequence), 200 + draw(sequence, 3),
               draw(sequence, 4) == 0 ? "urban" : "rural", date, draw(sequence, 12) == 0 ? "true" : "false");
    for (size_t i = 0; i < n; i++) {
        int32_t born = born_of(days, members[i]);

        date_format(draw(sequence, 20) == 0 ? date_add_months(born, -12) : born, date);
        str_printf(&text, "%s{\"person\":\"%s\",\"relation\":\"%s\",\"sex\":\"%s\",\"born\":\"%s\"}", i > 0 ? "," : "",
                   history_id(fixture_person(members[i]), id), i == 0 ? "head" : relations[draw(sequence, COUNT_OF(relations))],
                   members[i] % 2 == 0 ? "m" : "f", date);
    }
    str_add(&text, "]}");
    fixture_record(fx, key, "%s", str_c(&text));
}

/* From when to when; *ret_to DATE_OPEN: without end. */
static void
draw_span(const days_t *days, span_t span, uint64_t *sequence, int32_t *ret_from, int32_t *ret_to)
{
    int32_t from = days->first - 400 + (int32_t) draw(sequence, 480), to = DATE_OPEN;

    switch (span) {
    case SPAN_MONTHS:
        from = date_month_start(date_month(days->first) - 20 + (int32_t) draw(sequence, 18));
        to = date_month_start(date_month(from) + 1 + (int32_t) draw(sequence, 18));
        break;
    case SPAN_MONTH:
        from = date_month_start(date_month(days->first) - 5 + (int32_t) draw(sequence, 8));
        to = date_month_start(date_month(from) + 1);
        break;
    case SPAN_OPEN:
        if (draw(sequence, 2) == 0)
            to = from + 1 + (int32_t) draw(sequence, 500);
        if (draw(sequence, 3) == 0) /* ends within the round */
            to = days->first + (int32_t) draw(sequence, (uint32_t) (days->last - days->first) + 40);
        if (to < from)
            from = to - 30;
        break;
    case SPAN_EVENT:
        from = days->last - (int32_t) draw(sequence, 250);
        break;
    }
    *ret_from = from;
    *ret_to = to;
}

static const char *
draw_code(const char *codes, uint64_t *sequence, char ret[32])
{
    unsigned n = 1, at;

    if (codes == NULL)
        return NULL;
    for (const char *c = codes; *c != '\0'; c++)
        n += *c == ' ';
    for (at = draw(sequence, n); at > 0; at--)
        codes = strchr(codes, ' ') + 1;
    (void) snprintf(ret, 32, "%.*s", (int) strcspn(codes, " "), codes);
    return ret;
}

/* `holder`: "person":"…", and so on. */
static void
add_fact(str_t *text, const char *holder, const char *kind, const char *code, const char *dates, long long value, const char *persons)
{
    str_printf(text, "%s{\"holder\":{%s},\"kind\":\"%s\",%s,\"value\":%lld", text->len > 0 ? "," : "", holder, kind, dates, value);
    if (code != NULL)
        str_printf(text, ",\"code\":\"%s\"", code);
    if (persons != NULL)
        str_printf(text, ",\"persons\":[%s]", persons);
    str_add_char(text, '}');
}

/* Of which household or place a version speaks: mostly that of the last one. */
static void
write_holder(const village_t *self, const kind_t *k, const thing_t *t, uint32_t value, int person, char ret[80])
{
    uint64_t sequence = value * 37ull;
    int home = draw(&sequence, 5) == 0 ? 1 + (int) draw(&sequence, VILLAGE_HOMES) : t->home;
    char id[UUID_TEXT_SIZE];

    if (k->holder == 'p')
        (void) snprintf(ret, 80, "\"person\":\"%s\"", history_id(fixture_person(person), id));
    else if (k->holder == 'h')
        (void) snprintf(ret, 80, "\"household\":\"%s\"", history_id(fixture_household(history_home(self, home)), id));
    else
        (void) snprintf(ret, 80, "\"region\":\"320681%03u\"", draw_township(self, &sequence));
}

void
history_key(const village_t *self, const thing_t *t, char ret[64])
{
    (void) snprintf(ret, 64, "%u %s %u", self->number, history_kinds[t->kind].dataset, t->number);
}

int
history_person_of(const village_t *self, const thing_t *t, uint32_t value)
{
    uint64_t sequence = value * 31ull;

    return history_kinds[t->kind].fixed ? history_person(self, t->person) : history_draw_person(self, &sequence);
}

/* The record was moved away from one person after the other, wherever it spoke of that one. */
static int
after_moves(const moved_t *moved, int person)
{
    for (size_t i = 0; i + 1 < moved->count; i++)
        if (moved->persons[i] == person)
            person = moved->persons[i + 1];
    return person;
}

static void
add_person(const village_t *self, const moved_t *moved, uint64_t *sequence, char *ret, size_t cap)
{
    char id[UUID_TEXT_SIZE];
    size_t len = strlen(ret);

    (void) snprintf(ret + len, cap - len, "%s\"%s\"", len > 0 ? "," : "",
                    history_id(fixture_person(after_moves(moved, history_draw_person(self, sequence))), id));
}

void
history_put(const village_t *self, fixture_t *fx, const days_t *days, const thing_t *t, uint32_t value, const moved_t *moved)
{
    const kind_t *k = &history_kinds[t->kind];
    uint64_t sequence = value;
    char key[64], holder[80], code_text[32], date[DATE_TEXT_SIZE], persons[3 * UUID_TEXT_SIZE] = "", dates[64];
    const char *code;
    int32_t from, to;
    long long number;
    AUTO_STR text = STR_INIT;

    history_key(self, t, key);
    if (k->say == SAY_ENTRY) {
        say_entry(self, fx, days, t, &sequence, key);
        return;
    }
    draw_span(days, k->span, &sequence, &from, &to);
    date_format(from, date);
    (void) snprintf(dates, sizeof dates, "\"from\":\"%s\"", date);
    if (to != DATE_OPEN) {
        date_format(to, date);
        (void) snprintf(dates + strlen(dates), sizeof dates - strlen(dates), ",\"to\":\"%s\"", date);
    }
    code = draw_code(k->codes, &sequence, code_text);
    number = k->most == 0 ? 0 : k->unit * (1 + (long long) draw(&sequence, k->most));
    write_holder(self, k, t, value, after_moves(moved, history_person_of(self, t, value)), holder);
    add_person(self, moved, &sequence, persons, sizeof persons);
    if (k->say == SAY_SUPPORT) {
        if (draw(&sequence, 4) == 0)
            add_person(self, moved, &sequence, persons, sizeof persons);
        add_fact(&text, holder, k->fact, code, dates, draw(&sequence, 4) == 0 ? 20000 : 0, persons);
        add_fact(&text, holder, "support.dependants", NULL, dates, 1 + (long long) draw(&sequence, 2), persons);
    } else {
        if (k->say == SAY_ENROLMENT)
            add_person(self, moved, &sequence, persons, sizeof persons);
        add_fact(&text, holder, k->fact, code, dates, number, k->say == SAY_ENROLMENT ? persons : NULL);
    }
    if (k->say == SAY_SEVERAL) {
        (void) snprintf(holder, sizeof holder, "\"person\":%.*s", (int) strcspn(persons, ","), persons);
        add_fact(&text, holder, k->fact, code, dates, number, NULL);
    }
    fixture_record(fx, key, "\"facts\":[%s]", str_c(&text));
}

void
village_say(const village_t *self, fixture_t *fx, const days_t *days, const step_t *step)
{
    const thing_t *t = &self->things[step->thing];
    char key[64];

    history_key(self, t, key);
    if (step->kind == STEP_PUT)
        history_put(self, fx, days, t, step->value, &(moved_t){ .count = 0 });
    else if (step->kind == STEP_RETRACT && history_is_named(&history_kinds[t->kind]) && step->value % 4 != 0)
        fixture_retract_of(fx, key, history_kinds[t->kind].holder == 'h' ? -history_home(self, t->home) : history_person(self, t->person));
    else if (step->kind == STEP_RETRACT)
        fixture_retract(fx, key);
    else if (step->kind == STEP_END)
        fixture_end(fx, key, days->first - 20 + (int32_t) (step->value % 40));
    else if (step->kind == STEP_BAD)
        fixture_fact(fx, key, history_person_of(self, t, step->value), "", "2024-01-01", NULL, 1, NULL);
}
