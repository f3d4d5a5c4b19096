/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_house.h"

#include "base/mem.h"
#include "domain/date.h"
#include <string.h>

void
synth_house_init(synth_house_t *self, const synth_profile_t *profile, synth_people_t *people, uint32_t *serials)
{
    memset(self, 0, sizeof *self);
    self->profile = profile;
    self->people = people;
    self->serials = serials;
}

void
synth_house_done(synth_house_t *self)
{
    mem_free(self->rec);
    self->rec = NULL;
    self->cap = 0;
    mem_free(self->pay);
    self->pay = NULL;
    self->pay_cap = 0;
}

static void
draw_village(synth_house_t *self)
{
    const synth_profile_t *p = self->profile;
    int left = synth_rng_int(&self->rng, 1, p->township_weight);
    int t = 0;

    while (left > p->township[t].weight)
        left -= p->township[t++].weight;
    int n = synth_rng_int(&self->rng, 0, p->township[t].urban + p->township[t].rural - 1);
    self->township = t;
    self->rural = n >= p->township[t].urban;
    /* 001… are communities, 201… villages, as in the statistical codes. */
    self->village = self->rural ? 201 + n - p->township[t].urban : 1 + n;
    self->place = t * 7 + n;
    self->line = p->line[self->rural ? 1 : 0];
}

void
synth_house_begin(synth_house_t *self, uint64_t index)
{
    synth_house_t fresh = { .profile = self->profile,
                            .people = self->people,
                            .serials = self->serials,
                            .rec = self->rec,
                            .cap = self->cap,
                            .pay = self->pay,
                            .pay_cap = self->pay_cap,
                            .want = -2 };

    *self = fresh;
    synth_rng_init(&self->rng, self->profile->seed, index);
    /* A permutation of the numbers below a prime: neighbours in the files are not neighbours here. */
    (void) snprintf(self->no, sizeof self->no, "%s%07u", self->profile->county,
                    (unsigned) (((index + 1) * 4827107u) % 9999991u));
    draw_village(self);
}

int
synth_house_add(synth_house_t *self, int relation, bool male, int age_lo, int age_hi)
{
    int age = synth_rng_int(&self->rng, age_lo, age_hi);
    int i = self->persons++;
    synth_person_t *person = &self->person[i];
    char surname[SYNTH_NAME_SIZE];

    REQUIRE(i < SYNTH_MEMBERS_MAX);
    person->relation = relation;
    person->male = male;
    person->born = date_add_months(self->profile->start, -12 * age) - synth_rng_int(&self->rng, 1, 364);
    synth_people_number(self->people, &person->born, male, person->rid);
    synth_people_surname(&self->rng, surname);
    if (i > 0 && (relation == SYNTH_SON_OR_DAUGHTER || relation == SYNTH_GRANDCHILD)) {
        size_t n = 3; /* one Chinese character in UTF-8 */
        memcpy(surname, self->person[0].name, n);
        surname[n] = '\0';
    }
    synth_people_name(&self->rng, surname, male, person->name);
    return i;
}

int
synth_house_age(const synth_house_t *self, int person)
{
    return date_age(self->person[person].born, self->profile->start);
}

unsigned
synth_house_everyone(const synth_house_t *self)
{
    return (1u << self->persons) - 1;
}

size_t
synth_house_rec(synth_house_t *self, synth_rec_type_t type, int person, int slot)
{
    size_t i = self->recs++;

    if (self->recs > self->cap)
        self->rec = mem_grow(self->rec, &self->cap, self->recs * 2, sizeof *self->rec);
    self->rec[i] = (synth_rec_t){ .type = type,
                                  .person = person,
                                  .slot = slot,
                                  .day = synth_profile_slot_day(self->profile, slot),
                                  .gone = DATE_OPEN,
                                  .to = DATE_OPEN,
                                  .serial = ++self->serials[type] };
    return i;
}

size_t
synth_house_replace(synth_house_t *self, size_t index, int slot)
{
    size_t i = synth_house_rec(self, self->rec[index].type, self->rec[index].person, slot);
    synth_rec_t fresh = self->rec[i];

    self->rec[i] = self->rec[index];
    self->rec[i].slot = slot;
    self->rec[i].day = fresh.day;
    self->rec[i].gone = DATE_OPEN;
    self->rec[index].gone = fresh.day;
    return i;
}

size_t
synth_house_register(synth_house_t *self, unsigned members, int slot)
{
    size_t last = self->recs;

    for (size_t k = 0; k < self->recs; k++)
        if (self->rec[k].type == SYNTH_REC_HOUSEHOLD && self->rec[k].gone == DATE_OPEN)
            last = k;
    size_t i = last;
    if (last == self->recs)
        i = synth_house_rec(self, SYNTH_REC_HOUSEHOLD, -1, slot);
    else if (self->rec[last].slot != slot) /* one version per file: a second in the same would be refused */
        i = synth_house_replace(self, last, slot);
    self->rec[i].members = members;
    self->rec[i].a = self->township;
    self->rec[i].b = self->village;
    self->rec[i].grade = self->place;
    self->rec[i].from = slot < 0 ? self->profile->start - 1 - synth_rng_int(&self->rng, 0, 2500)
                                 : self->rec[i].day - synth_rng_int(&self->rng, 0, 2);
    return i;
}

int32_t
synth_house_history(const synth_house_t *self)
{
    return self->profile->month0 - 12;
}

int
synth_house_employer(synth_house_t *self)
{
    return synth_rng_int(&self->rng, 0, SYNTH_EMPLOYER_COUNT - 1);
}

static void
months_of(synth_house_t *self, synth_rec_t base, int32_t from, int32_t to)
{
    int32_t month0 = self->profile->month0;
    int32_t last = month0 + self->profile->months;

    for (int32_t m = from; m < to && m < last;) {
        int32_t next = m < month0 ? (to < month0 ? to : month0) : m + 1;
        int slot = m < month0 ? SYNTH_INITIAL : (m - month0) * SYNTH_FEEDS + SYNTH_FEEDS - 1;
        size_t i = synth_house_rec(self, base.type, base.person, slot);

        self->rec[i].from = m;
        self->rec[i].to = next;
        self->rec[i].a = base.a;
        self->rec[i].b = base.b;
        self->rec[i].code = base.code;
        m = next;
    }
}

void
synth_house_wage(synth_house_t *self, int person, int employer, int32_t from, int32_t to, int64_t amount)
{
    synth_rec_t base = { .type = SYNTH_REC_WAGE, .person = person, .code = employer, .a = amount };

    months_of(self, base, from, to);
}

void
synth_house_job(synth_house_t *self, int person, int32_t from, int32_t to, int64_t amount)
{
    synth_house_wage(self, person, synth_house_employer(self), from, to, amount);
}

void
synth_house_pension(synth_house_t *self, int person, int32_t from, int32_t to, int64_t basic, int64_t personal)
{
    synth_rec_t base = { .type = SYNTH_REC_PENSION, .person = person, .a = basic, .b = personal };

    months_of(self, base, from, to);
}

size_t
synth_house_declare(synth_house_t *self, int person, int item, int64_t amount)
{
    size_t i = synth_house_rec(self, SYNTH_REC_DECLARATION, person, SYNTH_INITIAL);

    self->rec[i].code = item;
    self->rec[i].a = amount;
    self->rec[i].from = synth_house_history(self) - synth_rng_int(&self->rng, 0, 24);
    return i;
}

size_t
synth_house_enrol(synth_house_t *self, synth_category_t category, int person, int slot, int64_t amount)
{
    size_t i = synth_house_rec(self, SYNTH_REC_ENROLMENT, person, slot);
    synth_rec_t *rec = &self->rec[i];
    int32_t month = slot < 0 ? self->profile->month0 - 1 - synth_rng_int(&self->rng, 0, 40)
                             : self->profile->month0 + slot / SYNTH_FEEDS;

    rec->code = (int) category;
    rec->a = amount;
    rec->members = person < 0 ? synth_house_everyone(self) : 1u << person;
    rec->from = date_month_start(month);
    return i;
}

size_t
synth_house_end_enrolment(synth_house_t *self, size_t index, int slot)
{
    size_t i = synth_house_replace(self, index, slot);

    self->rec[i].to = synth_profile_first(self->profile, slot / SYNTH_FEEDS);
    return i;
}

size_t
synth_house_certify(synth_house_t *self, int person, int type, int grade, int slot)
{
    size_t i = synth_house_rec(self, SYNTH_REC_CERTIFICATE, person, slot);
    synth_rec_t *rec = &self->rec[i];

    rec->code = type;
    rec->grade = grade;
    /* Valid for ten years, and never so old that it ends within the play (or half a year after it). */
    int oldest = self->profile->months <= 12 ? 3000 : 2700;
    rec->from = slot < 0 ? self->profile->start - synth_rng_int(&self->rng, 40, oldest)
                         : rec->day - synth_rng_int(&self->rng, 1, 3);
    if (rec->from < self->person[person].born + 30)
        rec->from = self->person[person].born + 30;
    rec->to = date_add_months(rec->from, 120);
    return i;
}

size_t
synth_house_certify_any(synth_house_t *self, int person, int type_hi, int grade_lo, int grade_hi, int slot)
{
    int type = synth_rng_int(&self->rng, 0, type_hi);

    return synth_house_certify(self, person, type, synth_rng_int(&self->rng, grade_lo, grade_hi), slot);
}

size_t
synth_house_disable(synth_house_t *self, int person)
{
    int grade = synth_rng_int(&self->rng, 1, 2);
    size_t i = synth_house_certify(self, person, synth_rng_int(&self->rng, 0, SYNTH_PHYSICAL), grade, SYNTH_INITIAL);

    (void) synth_house_enrol(self, SYNTH_LIVING, person, SYNTH_INITIAL, self->profile->amount_living[grade - 1]);
    (void) synth_house_enrol(self, SYNTH_NURSING, person, SYNTH_INITIAL, self->profile->amount_nursing[grade - 1]);
    return i;
}

size_t
synth_house_list_child(synth_house_t *self, int person, int child_class, int slot)
{
    size_t i = synth_house_rec(self, SYNTH_REC_CHILD, person, slot);

    self->rec[i].code = child_class;
    self->rec[i].a = self->profile->amount_child[child_class];
    self->rec[i].from = date_month_start(slot < 0 ? self->profile->month0 - synth_rng_int(&self->rng, 1, 20)
                                                  : self->profile->month0 + slot / SYNTH_FEEDS);
    if (self->rec[i].from < self->person[person].born)
        self->rec[i].from = self->person[person].born;
    return i;
}

size_t
synth_house_vehicle(synth_house_t *self, int person, int vehicle_class, int slot)
{
    size_t i = synth_house_rec(self, SYNTH_REC_VEHICLE, person, slot);

    self->rec[i].code = vehicle_class;
    self->rec[i].from = slot < 0 ? self->profile->start - synth_rng_int(&self->rng, 30, 3000)
                                 : self->rec[i].day - synth_rng_int(&self->rng, 1, 6);
    return i;
}

size_t
synth_house_bill(synth_house_t *self, int person, int32_t settled, int slot, int64_t self_paid)
{
    size_t i = synth_house_rec(self, SYNTH_REC_SETTLEMENT, person, slot);

    self->rec[i].from = settled;
    self->rec[i].a = self_paid;
    return i;
}

void
synth_house_move_next_door(synth_house_t *self, const synth_house_t *neighbour)
{
    self->township = neighbour->township;
    self->village = neighbour->village;
    self->place = neighbour->place;
    self->rural = neighbour->rural;
    self->line = neighbour->line;
}

int
synth_house_know(synth_house_t *self, const synth_house_t *other, unsigned people, int home)
{
    int first = self->persons;
    int here[SYNTH_MEMBERS_MAX];

    self->linked = true;
    for (int i = 0; i < other->persons; i++) {
        if (!(people & 1u << i))
            continue;
        REQUIRE(self->persons < SYNTH_MEMBERS_MAX);
        here[i] = self->persons++;
        self->person[here[i]] = other->person[i];
        self->person[here[i]].guest = true;
        self->person[here[i]].home = home;
    }
    for (size_t i = 0; i < other->recs; i++) {
        if (other->rec[i].person < 0 || !(people & 1u << other->rec[i].person))
            continue;
        size_t k = synth_house_rec(self, other->rec[i].type, first, other->rec[i].slot);
        self->rec[k] = other->rec[i];
        self->rec[k].person = here[other->rec[i].person];
        self->rec[k].ghost = true;
    }
    return first;
}
