/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_HOUSE_H
#define CLI_SYNTH_HOUSE_H

/* One household of the synthetic county: its people and every record that a department will send
 * about them, each with the slot (feed day) on which it arrives.  It is made, judged, written and
 * forgotten; a county of any size needs the memory of one household. */

#include "synth_people.h"
#include "synth_profile.h"

enum { SYNTH_MEMBERS_MAX = 8, SYNTH_INITIAL = -1 };

/* In the order in which a day's files are sent. */
typedef enum {
    SYNTH_REC_HOUSEHOLD,
    SYNTH_REC_AUTHORISATION, /* written from the register's records, kept nowhere */
    SYNTH_REC_ENROLMENT,
    SYNTH_REC_CHILD,
    SYNTH_REC_DECLARATION,
    SYNTH_REC_CERTIFICATE,
    SYNTH_REC_WAGE,
    SYNTH_REC_PENSION,
    SYNTH_REC_SETTLEMENT,
    SYNTH_REC_VEHICLE,
    SYNTH_REC_DEATH,
    SYNTH_REC_CREMATION,
    SYNTH_REC_PAYMENT,
    SYNTH_REC_REVIEW,
    SYNTH_REC_HEALTH_DEATH,
    SYNTH_REC_STUDENT,
    SYNTH_REC_VICTIM,
    SYNTH_REC_ILLNESS,
    SYNTH_REC_UNEMPLOYED,
    SYNTH_REC_CUSTODY,
    SYNTH_REC_SUPPORT,
    SYNTH_REC_CARE,
    SYNTH_REC_JOB,
    SYNTH_REC_POVERTY,
    SYNTH_REC_PRICES, /* of the county, not of a household */
    SYNTH_REC_COUNT
} synth_rec_type_t;

enum { SYNTH_HEAD, SYNTH_SPOUSE, SYNTH_SON_OR_DAUGHTER, SYNTH_PARENT, SYNTH_GRANDCHILD, SYNTH_SIBLING,
 SYNTH_RELATION_COUNT };
enum { SYNTH_BUSINESS, SYNTH_PROPERTY, SYNTH_TRANSFER, SYNTH_RECEIVED, SYNTH_DEPOSIT, SYNTH_ITEM_COUNT };
enum { SYNTH_CAR, SYNTH_MOTORCYCLE, SYNTH_FARM, SYNTH_DISABILITY_SCOOTER, SYNTH_VEHICLE_COUNT };
enum { SYNTH_PRISON, SYNTH_DETOX, SYNTH_RESTRICTION, SYNTH_CUSTODY_COUNT };
enum { SYNTH_DISASTER, SYNTH_FIRE, SYNTH_TRAFFIC, SYNTH_ACCIDENT, SYNTH_EMERGENCY_COUNT };
enum { SYNTH_UNSTABLE, SYNTH_EDGE, SYNTH_SUDDEN, SYNTH_POVERTY_COUNT };
enum { SYNTH_CANCER, SYNTH_UREMIA, SYNTH_LEUKEMIA, SYNTH_STROKE, SYNTH_DISEASE_COUNT };
enum { SYNTH_VISUAL, SYNTH_HEARING, SYNTH_SPEECH, SYNTH_PHYSICAL, SYNTH_INTELLECTUAL, SYNTH_MENTAL, SYNTH_MULTIPLE,
       SYNTH_DISABILITY_COUNT };

/* What the members mean, by type:
 *   household    from: effective on; members; code: closed; a, b, grade: township, village, place
 *   enrolment   from, to; a: amount; code: category; members
 *   child        from: since; a: amount; code: class              declaration from, to: months; a; code: item
 *   certificate  from, to: issued, expires; code: type; grade; b: cancelled on or 0
 *   wage         from, to: months; a; code: employer              pension     from, to: months; a: basic; b: personal
 *   settlement   from: settled on; a: self paid                   vehicle     from, to; code: class; a: price or 0
 *   death, cremation, health_death  from: died on               review      from: reviewed on; code: category
 *   student      from: enrolled on; to: left on (dropout)         victim      from: happened on; code: class
 *   illness      from: diagnosed on; code: disease                unemployed  from, to
 *   custody      from; a: months of the term; code: class
 *   support      from, to; code: relation of the supporter; grade: who it is, -1: the declaration that there is nobody;
 *                a: how many the supporter must support, or 0; b: fixed by court or agreement for a month, or 0
 *   care         from: assessed on; a: acts that cannot be done alone   job   from, to; code: employer
 *   poverty      from, to; code: why the household is listed
 * Payments are no records here: synth_pay.h says which there are. */
typedef struct {
    synth_rec_type_t type;
    int person; /* index, -1 for the household's own */
    int slot;   /* of arrival */
    int32_t day;
    int32_t gone; /* when a later version replaced it, or the list left it out; DATE_OPEN */
    bool ghost;   /* known here, sent by the household that the person came from */
    bool retracted;
    bool lower_x;
    uint32_t serial;
    int32_t from;
    int32_t to; /* exclusive; DATE_OPEN */
    int64_t a;
    int64_t b;
    int code;
    int grade;
    unsigned members;
    uint32_t unpaid;   /* of an enrolment: months of the play (bits) for which no payment is made */
    uint32_t paid_late; /* and those whose payment is made three months later */
    bool unreviewed;   /* of an enrolment: no review comes within the play */
} synth_rec_t;

typedef struct {
    char rid[RESIDENT_ID_SIZE];
    char name[SYNTH_NAME_SIZE];
    bool male;
    bool guest; /* joins later, or lives elsewhere; counted where he comes from */
    int home;   /* of who must support somebody here from elsewhere: which of those households, from 1 */
    int32_t born;
    int relation;
    int claimed_slot;   /* from here on the household that he left claims him as well, */
    int unclaimed_slot; /* until its register entry comes without him; 0: never */
    int32_t claimed_since;
} synth_person_t;

/* What the bureau pays of an enrolment for a month. */
typedef struct {
    size_t rec; /* the enrolment's version at that time */
    int32_t month;
    int slot;
    int32_t day; /* on which it is known */
    int64_t fen;
} synth_payment_t;

typedef struct synth_house {
    const synth_profile_t *profile;
    synth_people_t *people;
    uint32_t *serials; /* one counter per record type, shared by the county */
    synth_rng_t rng;
    char no[16];
    const char *planted; /* NULL: nothing is planted here and nothing may be found */
    bool decoy;          /* planted so that nothing may be found */
    bool complete;       /* all is planted: payments and reviews follow from it */
    bool unlisted;       /* not on the list against a return to poverty, unless its plot says so */
    bool founded;        /* its first register entry comes within the play */
    bool linked;         /* another household rests on what is known here, or the other way round */
    bool background;     /* nothing happens here in the whole play */
    int want;            /* a kind that must be found, -1: any finding will do, -2: none need be */
    synth_category_t want_category;
    int32_t want_day; /* 0: any day */
    int margin_bp;    /* of a decoy: its distance to the line that it does not cross */
    int32_t margin_day;
    bool has_margin;
    int near_bp; /* distance of a property case to its limit, 0: none */
    bool acts_on_marginal; /* the bureau enrols this household as marginal */

    int township;
    int village; /* the three last digits */
    int place;   /* name of the village */
    bool rural;
    int64_t line; /* standard per person and month */

    synth_person_t person[SYNTH_MEMBERS_MAX];
    int persons;
    synth_rec_t *rec;
    size_t recs;
    size_t cap;
    synth_payment_t *pay;
    size_t pays;
    size_t pay_cap;
} synth_house_t;

/* An empty household in a drawn village; keeps its memory from one household to the next. */
void synth_house_init(synth_house_t *self, const synth_profile_t *profile, synth_people_t *people, uint32_t *serials);
void synth_house_begin(synth_house_t *self, uint64_t index);
void synth_house_done(synth_house_t *self);

/* People.  Ages are those on the first day of the play. */
int synth_house_add(synth_house_t *self, int relation, bool male, int age_lo, int age_hi);
int synth_house_age(const synth_house_t *self, int person);
unsigned synth_house_everyone(const synth_house_t *self);

/* Records.  Each returns the index of the (last) record. */
size_t synth_house_rec(synth_house_t *self, synth_rec_type_t type, int person, int slot);
/* A later version of the record, arriving at `slot`. */
size_t synth_house_replace(synth_house_t *self, size_t index, int slot);
size_t synth_house_register(synth_house_t *self, unsigned members, int slot);
/* Months are absolute; what lies before the play comes as one record, later months one by one. */
void synth_house_wage(synth_house_t *self, int person, int employer, int32_t from, int32_t to, int64_t amount);
/* The same with a drawn employer. Arguments of one call must not draw twice: compilers differ in their order. */
void synth_house_job(synth_house_t *self, int person, int32_t from, int32_t to, int64_t amount);
void synth_house_pension(synth_house_t *self, int person, int32_t from, int32_t to, int64_t basic, int64_t personal);
size_t synth_house_declare(synth_house_t *self, int person, int item, int64_t amount);
size_t synth_house_enrol(synth_house_t *self, synth_category_t category, int person, int slot, int64_t amount);
size_t synth_house_end_enrolment(synth_house_t *self, size_t index, int slot);
size_t synth_house_certify(synth_house_t *self, int person, int type, int grade, int slot);
/* Of a drawn type up to `type_hi` and a drawn grade. */
size_t synth_house_certify_any(synth_house_t *self, int person, int type_hi, int grade_lo, int grade_hi, int slot);
/* Severely, from before the play, with both allowances drawn; returns the certificate. */
size_t synth_house_disable(synth_house_t *self, int person);
size_t synth_house_list_child(synth_house_t *self, int person, int child_class, int slot);
size_t synth_house_vehicle(synth_house_t *self, int person, int vehicle_class, int slot);
size_t synth_house_bill(synth_house_t *self, int person, int32_t settled, int slot, int64_t self_paid);
/* In the village of `neighbour`, so that the same numbers hold for both. */
void synth_house_move_next_door(synth_house_t *self, const synth_house_t *neighbour);
/* Takes in what is known of these people of `other`: they come here in the play (`home` 0), or `other` is the `home`-th household
 * (from 1) in which somebody must support somebody here.  Returns the first of them.  To be called when all of `other` is
 * planted. */
int synth_house_know(synth_house_t *self, const synth_house_t *other, unsigned people, int home);
/* The month from which the history is known: twelve before the play. */
int32_t synth_house_history(const synth_house_t *self);
int synth_house_employer(synth_house_t *self);

#endif
