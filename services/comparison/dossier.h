/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_DOSSIER_H
#define COMPARISON_DOSSIER_H

/* A household as comparison sees it: register entry, members, and the facts in their current version (or as known at an
 * earlier moment: the same shape, built from history).  Plain data; everything lives in one arena of its maker. */

#include "base/uuid.h"
#include "terms.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t seq;     /* facts event that brought it */
    uint32_t index;   /* record in its batch */
    term_t dataset;
    uint8_t key[16];  /* record key (keyed digest) */
    term_t kind;      /* "income.wage" */
    term_t code;      /* "car", "physical"; 0 = none */
    int32_t from, to; /* days, [from, to), to may be DATE_OPEN */
    int64_t value;    /* fen, or the plain number */
    const uuid_t *persons; /* enrolments: who is covered */
    uint16_t person_count;
    bool shared; /* others hold facts of this record as well */
    bool has_ref;
    uint8_t ref[16];
} fact_t;

typedef enum { REL_HEAD, REL_SPOUSE, REL_CHILD, REL_PARENT, REL_GRANDCHILD, REL_GRANDPARENT, REL_SIBLING, REL_OTHER, REL_COUNT } relation_t;

/* An open register entry that lists somebody. */
typedef struct {
    uuid_t household;
    int32_t effective;
    const fact_t *entry; /* its record, as evidence; NULL: not at hand */
} listing_t;

typedef struct {
    uuid_t person;
    relation_t relation;
    bool male;
    int32_t born;
    fact_t *facts;
    size_t fact_count;
    const fact_t *held; /* may not be used on the day: no authorisation is in force (protection.h) */
    size_t held_count;
    const listing_t *listings; /* when more than one open register entry lists the member: all of them, by household */
    size_t listing_count;
} member_t;

struct dossier;

/* One who by law must support a member (赡养、抚养、扶养义务人).  What links the two are facts of the supported member whose
 * `persons` names the supporter, of the kinds for which the policy says "holder: supporter". */
typedef struct {
    size_t member;              /* who is supported */
    uuid_t person;              /* the supporter; at most one entry for each pair of the two */
    const struct dossier *home; /* the supporter's household as the register has it; NULL: in none */
    size_t place;               /* the supporter among home's members */
} supporter_t;

typedef struct dossier {
    uuid_t household;
    char region[13];
    bool urban, closed;
    int32_t effective;   /* of the register entry */
    bool incomplete;     /* a record of it is in quarantine here: every verdict is "cannot tell" */
    int32_t next_day;    /* when an authorisation begins or ends and with it what may be used; DATE_OPEN: not by time alone */
    member_t *members;   /* in the register entry's order */
    size_t member_count;
    fact_t *facts;       /* the household's own */
    size_t fact_count;
    const supporter_t *supporters; /* in any order; those of a supporter's home are not looked at */
    size_t supporter_count;
    const struct ruling *rulings; /* what people decided about it (ruling.h) */
    size_t ruling_count;
} dossier_t;

/* A fact about a place (a price index), for all households whose region begins with `region`. */
typedef struct {
    char region[13];
    fact_t fact;
} place_fact_t;

#endif
