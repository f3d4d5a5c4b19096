/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_WORLD_H
#define COMPARISON_WORLD_H

/* The part of the register that one run touches, in memory: persons, households and places with their facts, as the packed
 * rows hold them.  Records are applied here, one after the other, and what must be written is collected.  No I/O; everything
 * lives in the arena of the run.
 *
 * A person belongs to the household whose register entry claims them: of several claims the one of an open household
 * counts before one of a closed household, then the later effective date, then the greater id.  That depends on what the
 * register says, not on the order in which it arrived. */

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "domain/region.h"
#include "dossier.h"
#include "finding.h"

typedef struct {
    term_t dataset;
    uint8_t key[16];
} record_id_t;

typedef struct {
    uuid_t household;
    int32_t effective;
    bool closed;
} claim_t;

typedef struct {
    uuid_t person;
    relation_t relation;
    bool male;
    int32_t born;
} listed_t;

/* The register entry of a household, one version. */
typedef struct {
    record_id_t record;
    uint64_t seq;
    uint32_t index;
    char region[13];
    bool urban, closed;
    int32_t effective;
    listed_t *members;
    size_t member_count;
} entry_t;

typedef enum { HELD_BY_PERSON, HELD_BY_HOUSEHOLD, HELD_BY_REGION } holder_kind_t;

/* What persons, households and regions share.  `stored`: there is a row; `dirty`: the row must be written. */
typedef struct holder {
    uuid_t id;
    holder_kind_t kind;
    bool loaded, stored, dirty;
    bool had_enrolments;   /* when loaded */
    bool enrolments_dirty; /* the rows of table `enrolment` must be made anew */
    bool has_supports;     /* a link to a legal supporter was among its facts at some time of this run */
    bool had_supports;     /* when loaded */
    bool supports_dirty;   /* the rows of table `support` must be made anew */
    fact_t *facts;         /* sorted by (from, key), in the order of the record within it */
    size_t fact_count, fact_cap;
    record_id_t *broken; /* records of it that are in quarantine here */
    size_t broken_count, broken_cap;
    struct waiting *waited; /* when loaded: what waited with it (world_waiting.h) */
    size_t waited_count;
} holder_t;

typedef struct household household_t;
typedef struct person person_t;
struct person {
    holder_t holder; /* first: a person_t * is a holder_t * */
    claim_t *claims;
    size_t claim_count, claim_cap;
    uuid_t home; /* the winner of the claims; nil: the person's facts wait */
    int64_t home_ordinal; /* of that household; 0: none, or it has changed and is not saved yet */
    bool waited; /* when loaded */
    uint64_t row; /* where it stands in the table (db_tid_t); 0: not known, or written since */
    uuid_t *supported; /* whom this person must support, as far as this run knows; may name one too many */
    size_t supported_count, supported_cap;
    bool supported_known; /* table `support` was asked for it */
    /* Who is the same person (world_person.h).  `head_id`: who stands for this one, nil or itself: nobody else. */
    uuid_t head_id;
    person_t *head, **parts; /* NULL for who stands alone; parts of a head: itself first */
    size_t part_count, part_cap;
    bool same_known; /* it has been looked for who is the same */
    bool provisional, has_shift, has_listing;
    uint8_t shift[16];    /* XORed with a record's key: the key under the head's number */
    bool listing_male;    /* has_listing: what the head's resident ID tells */
    int32_t listing_born;
    uint64_t same_seq;    /* since which persons event; 0: none */
    int32_t same_on;      /* the day on which intake took it; DATE_OPEN: not known */
};

/* Whether in this installation anybody is the same person as somebody else. */
typedef enum { GROUPS_UNKNOWN, GROUPS_NONE, GROUPS_SOME } groups_t;

/* A place that holds facts, for all regions that its code begins. */
typedef struct {
    holder_t holder; /* first; its id is derived from the code */
    char code[REGION_SIZE];
} region_t;

struct household {
    holder_t holder; /* first */
    int64_t ordinal; /* its place among all households, in the order in which they came; 0: it has no row yet */
    size_t newcomer; /* its place among world->newcomers, from 1; 0: it is none */
    bool has_entry;
    entry_t entry;
    int32_t next_day; /* when time alone may change a verdict before the first of the next month, when all are assessed; else DATE_OPEN */
    bool next_day_dirty;
    finding_t *findings;
    size_t finding_count, finding_cap;
    bool findings_known; /* the table was asked for them */
    bool rulings_known;  /* likewise */
    bool findings_come;  /* its findings are in what is just being read */
    uint64_t touched_by; /* world->turn of the last touch */
    struct ruling *rulings; /* in force or ended, when loaded */
    size_t ruling_count, ruling_cap;
};

/* One row of the history: what a record did to one holder. */
typedef enum { OP_PUT = 1, OP_RETRACT, OP_END, OP_LEAVE, OP_CLAIM, OP_UNCLAIM, OP_BREAK } op_t;
typedef struct {
    uint64_t seq;
    uint32_t index;
    record_id_t record;
    op_t op;
    holder_kind_t kind;
    const char *region; /* HELD_BY_REGION: its code, else NULL */
    uuid_t holder; /* nil: a record that nobody holds */
    bool key_names; /* OP_PUT: the record's key names this holder, so that nobody will ask for it by key */
    slice_t body;
} history_t;

/* A fact of an incoming record with who holds it. */
typedef struct {
    uuid_t holder;
    holder_kind_t kind;
    char region[REGION_SIZE]; /* HELD_BY_REGION */
    fact_t fact;
} held_fact_t;

typedef struct {
    record_id_t id;
    uint64_t seq;
    uint32_t index;   /* in the department's batch */
    size_t position;  /* in data.records of the event */
    op_t op;          /* OP_PUT, OP_RETRACT, OP_END */
    int32_t on;       /* OP_END */
    held_fact_t *facts;
    size_t fact_count;
    uuid_t household; /* of the register entry; nil: none */
    entry_t *entry;
    bool has_holder;  /* a record without facts says whose it is: */
    held_fact_t holder; /* without its fact */
    bool nobody;      /* or that it is nobody's */
    bool key_names;   /* its key names the one holder, and so does it (record_names_holder) */
    bool has_key;     /* false only in a bad record */
    bool bad;         /* cannot be applied: why */
    err_t *why;
} record_t;

/* Who is to be asked where a record is: nobody, the index of the history by key, or all of the history as well. */
typedef enum { ASK_NOBODY, ASK_INDEX, ASK_HISTORY } place_ask_t;

/* Where a record's facts are now. */
typedef struct place {
    record_id_t id;
    bool resolved; /* it is known who may have it, or who is to be asked */
    bool unsure;   /* some of these may not have it: world_settle_places */
    bool open;     /* it is among world->open_places */
    place_ask_t ask, asked; /* now, and the most that ever was in this run */
    holder_t **holders;
    size_t holder_count, holder_cap;
    holder_t **indexed; /* who may have it as the index says: others have it because its key named them */
    size_t indexed_count, indexed_cap;
    holder_t **broken; /* whom a version that could not be applied spoke of */
    size_t broken_count, broken_cap;
    struct place *next; /* another record with the same folded key */
} place_t;

typedef struct {
    int64_t households, persons, waiting; /* waiting: persons in no household */
} world_growth_t;

typedef struct world {
    arena_t *arena;
    const terms_t *terms;
    struct keys *keys; /* needed where records are applied (keys.h) */
    struct whereabouts *whereabouts; /* learns who lives where; NULL: nobody is remembered */
    const struct protection *protection; /* NULL: all facts are used; to be set by who makes dossiers */
    uuid_map_t *person_map, *household_map, *region_map, *place_map;
    uuid_map_t *ordinal_map; /* households whose row has joined */
    person_t **persons;
    size_t person_count, person_cap;
    household_t **households;
    size_t household_count, household_cap;
    household_t **newcomers; /* get a row and an ordinal when the world is saved, in the order in which records first told of them */
    size_t newcomer_count, newcomer_cap;
    int64_t last_ordinal; /* that is given; 0: not asked for, or there is no household */
    region_t **regions;
    size_t region_count, region_cap;
    place_t **places;
    size_t place_count, place_cap;
    place_t **open_places; /* about which somebody is to be asked, or which are not settled */
    size_t open_place_count, open_place_cap;
    history_t *history;
    size_t history_count, history_cap;
    struct {
        bool known;
        int32_t chunk; /* to which the history goes, */
        int64_t rows;  /* and so many are there */
    } tail;
    household_t **touched; /* by the current turn */
    size_t touched_count, touched_cap;
    uint64_t turn;
    uint8_t *classes; /* by term: 0 not looked at, else CLASS_SEEN and more */
    size_t link_count; /* of supporters to those whom they support, in memory */
    bool regions_changed;  /* by the current turn */
    bool enrolments_saved; /* the rows of table `enrolment` have changed */
    bool supports_saved;   /* there are rows in table `support` */
    int64_t waiting_records; /* by how many more records wait than before, once saved */
    groups_t groups;
    size_t group_count; /* here */
    /* Loading goes on where it stood when the world grows (run_load.c, comparison_store_load.c): so many of the first persons and
     * households are loaded, and whom so many of the loaded name is here.  Whom a record names when it is applied is here before. */
    struct {
        size_t persons, households;
        size_t members, claimants, homes, supporters, listings;
    } seen;
} world_t;

world_t *world_new(arena_t *arena, const terms_t *terms);
void world_destroy(world_t **self_p);

person_t *world_person(world_t *self, const uuid_t *id);       /* made when new, not yet loaded */
household_t *world_household(world_t *self, const uuid_t *id); /* likewise */
region_t *world_region(world_t *self, const char *code);       /* likewise */
holder_t *world_holder(world_t *self, const held_fact_t *fact);
person_t *world_find_person(const world_t *self, const uuid_t *id);       /* NULL when not here */
household_t *world_find_household(const world_t *self, const uuid_t *id);
household_t *world_find_ordinal(const world_t *self, int64_t ordinal); /* NULL when its row has not joined */
void world_put_ordinal(world_t *self, household_t *household);         /* its row joins */
region_t *world_find_region(const world_t *self, const uuid_t *id);
place_t *world_place(world_t *self, const record_id_t *id);
void world_place_add(world_t *self, place_t *place, holder_t *holder);
void world_place_add_broken(world_t *self, place_t *place, holder_t *holder);
void world_place_add_indexed(world_t *self, place_t *place, holder_t *holder);
/* Who has it is to be asked (store_places). */
void world_place_ask(world_t *self, place_t *place, place_ask_t ask);
/* The holder may have the record, or have had it. */
void world_place_may_be(world_t *self, place_t *place, holder_t *holder);
enum { CLASS_SEEN = 1, CLASS_ENROLMENT = 2, CLASS_SUPPORT = 4 };
/* Kinds that comparison itself treats differently: enrolment.… is counted, support.… links a person to a supporter. */
unsigned world_class(world_t *self, term_t kind);
bool world_is_enrolment(world_t *self, term_t kind);

/* After loading: is the record with one of the holders that it names itself, alone and whole?  Then nobody else has it. */
bool world_resolve_named(world_t *self, place_t *place, const record_t *record);
/* A good record whose key names the one holder, and that says who this is. */
bool record_names_holder(const record_t *record);
/* Does the record say something about what this holder has of it?  Whom its key named once and names no more has been erased at the
 * door, and keeps it. */
bool world_place_concerns(world_t *self, const place_t *place, const record_t *record, const holder_t *holder);
/* Those whom the record names may have it. */
void world_place_named(world_t *self, place_t *place, const record_t *record);
/* Who may have a record is loaded: who has it remains. */
void world_settle_places(world_t *self);

/* Begins the work of one event: what is touched from now on is `touched`. */
void world_begin_turn(world_t *self);
/* Applies one record; all whom it concerns must be loaded, its place resolved. */
void world_apply(world_t *self, const record_t *record);
/* The record cannot be applied: those whom it names, and those who hold its last good version, cannot be told about until
 * it comes again.  Its place must be resolved. */
void world_mark_broken(world_t *self, const record_t *record);
void world_touch(world_t *self, household_t *household);
/* For qsort of household_t *: by ordinals, and newcomers as if they had theirs: the same however events come in transactions. */
int world_household_order(const void *a, const void *b);

/* One row of the history, unpacked, applied again to the one holder that it names. */
typedef struct {
    record_id_t record;
    op_t op;
    const fact_t *facts; /* OP_PUT, complete with dataset, key, seq and index */
    size_t fact_count;
    const entry_t *entry; /* OP_PUT of a register entry, else NULL */
    claim_t claim;        /* OP_CLAIM, OP_UNCLAIM */
    int32_t on;           /* OP_END */
} replay_t;
void world_replay(world_t *self, holder_t *holder, const replay_t *row);
void world_settle_home(world_t *self, person_t *person);

/* A household as the policy sees it on `day`: its members are those whose home it is, their supporters are with them; what
 * may not be used on that day is held back. */
bool world_dossier(world_t *self, const household_t *household, int32_t day, dossier_t *ret);
/* Open, in the register, and with at least one member. */
bool world_is_assessable(const world_t *self, const household_t *household);

/* What saving the world adds to the tables. */
world_growth_t world_growth(const world_t *self);
/* The part of the world that saving it is about: the same persons and households, maps and arena, but only those listed that have
 * changed, each with all who are the same person. */
world_t world_changed(world_t *self);
/* All that had changed is written: from now on what is in memory stands in the tables, and changes are told from there.  Takes
 * over what saving has noted in `changed`.  Places stay marked as changed. */
void world_saved(world_t *self, world_t *changed);

bool record_id_eq(const record_id_t *a, const record_id_t *b);
void *world_grow(arena_t *arena, void *p, size_t *cap, size_t need, size_t size);

#endif
