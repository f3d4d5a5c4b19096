/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_COMPARISON_H
#define COMPARISON_COMPARISON_H

/* The state of the process: the policy and the words, both read again after each connect.  Everything else is in the
 * database; of the register nothing is kept between runs but where persons live, which may be wrong (whereabouts.h). */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/config.h"
#include "db/db.h"
#include "domain/date.h"
#include "keys.h"
#include "policy.h"
#include "protection.h"
#include "schedule.h"
#include "shadow.h"
#include "stream/stream.h"
#include "terms.h"
#include "whereabouts.h"

typedef struct {
    char *policy;     /* path */
    char *calendar;   /* path */
    char *shadow;     /* paths, comma-separated, each perhaps with @DAY */
    char *clock;      /* "manual" or "wall" */
    char *schedule;   /* of full comparisons (schedule.h); NULL: none */
    char *fixed;      /* datasets whose record key names the holder, comma-separated */
    bool require_authorisation;
    int64_t chunk_households, tick_budget_ms;
    int64_t homes_mib; /* for remembering who lives where (whereabouts.h) */
    int64_t job_workers, job_seconds;
} comparison_config_t;

extern const cfg_item_t comparison_config[];

/* The chunk of a full comparison that the lane was asked for (run_ahead.h). */
typedef struct {
    bool asked;
    int64_t after;
    size_t limit;
    int32_t day;
} ahead_t;

/* Persons and households that facts events name and that the lane was asked for (run_homes.h): of whom no row comes, there is none. */
typedef struct {
    uuid_t *persons, *households;
    size_t person_count, person_cap, household_count, household_cap;
} named_t;

/* Those of the events that come next, from one transaction to the next (run_ahead.h). */
enum { CARRIED_MAX = 3 };
typedef struct {
    uint64_t seq; /* of the first of these events; 0: nothing was asked for */
    int32_t day;
    named_t named[CARRIED_MAX]; /* by group of events; on the heap */
    size_t count;
} carried_t;

typedef struct comparison {
    const comparison_config_t *config;
    terms_t *terms;
    policy_t *policy;
    struct assess_kept *assess_kept; /* made of the policy (assess.h); NULL: nothing was assessed yet */
    bool policy_changed; /* by a reload: all are to be assessed again */
    shadows_t shadows;
    bool policy_kept;    /* its text is in the table, as far as we know */
    policy_t *past[4];   /* texts of earlier days, read again to explain what they decided (comparison_policy.h) */
    term_t terms_saved; /* words up to this number are in the table, as far as we know */
    /* Counts of the register as the last day event told them: good until an enrolment changes, begins or ends. */
    str_t counts;
    int32_t counts_from, counts_until; /* days; empty: none */
    /* Facts of places, as the table has them: few, and every assessment reads them. */
    policy_world_t places;
    arena_t *places_arena;
    bool places_known;
    protection_t *protection; /* datasets that need the person's authorisation, as the table has them */
    bool protection_known;
    keys_t *keys; /* how the history is searched by key, as the table has it */
    bool keys_known;
    whereabouts_t *whereabouts; /* kept from run to run: of no result anything depends on it */
    calendar_t *calendar; /* working days */
    schedule_t schedule;  /* of full comparisons */
    bool has_rulings;  /* people decided something, as far as we know; true stays true */
    int32_t first_day; /* the first business day, as the clock had it; DATE_OPEN: not set */
    bool has_groups;   /* somebody is the same person as somebody else, as far as we know; true stays true */
    struct db_lane *lane; /* reads ahead; borrowed, set by the caller before a unit of work; NULL: all is read when it is needed */
    struct db_lane *beside; /* answers what is needed at once while that one reads; borrowed likewise; NULL: that one answers, in turns */
    ahead_t ahead;
    carried_t carried;
    struct db_lane *asked; /* the lane that was asked for them */
    size_t group_records; /* of facts events that are worked on together (run_facts.c) */
    bool has_supports; /* somebody has a legal supporter, as far as we know; true stays true */
} comparison_t;

bool comparison_new(const comparison_config_t *config, comparison_t **ret, err_t *err) NODISCARD;
void comparison_destroy(comparison_t **self_p);
/* After each connect: words from the table, then the policy, which refers to words by number. */
bool comparison_connected(comparison_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* The policy file has changed: it is read again, the old one stays when the new one is wrong. */
bool comparison_reload(comparison_t *self, err_t *err) NODISCARD;
/* Enrolments have changed. */
void comparison_forget_counts(comparison_t *self);
/* All that places hold; valid until one of them changes (comparison_forget_places), or a transaction is lost. */
bool comparison_places(comparison_t *self, db_tx_t *tx, policy_world_t *ret, err_t *err) NODISCARD;
void comparison_forget_places(comparison_t *self);
/* Which datasets need the person's authorisation: read again after a transaction is lost. */
bool comparison_protection(comparison_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* How the history of each dataset is searched by key: likewise. */
bool comparison_keys(comparison_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* Names the rules of an assessment: the policy's text, and whether authorisations count. */
#define COMPARISON_RULES_SIZE (POLICY_DIGEST_SIZE + 16)
void comparison_rules(const comparison_t *self, char ret[COMPARISON_RULES_SIZE]);
/* What was written may not be there: words and policy are written again with the next run. */
void comparison_rolled_back(comparison_t *self);

/* What an application of events or a stretch of a tick did. */
typedef struct {
    size_t assessed, opened, changed, withdrawn, records, quarantined;
    int64_t new_households, new_persons, waiting; /* waiting: change of the number of persons in no household */
    int64_t waiting_records; /* change of the number of records that wait for the register */
    bool day_again; /* facts of a place changed: the day is begun again there */
} comparison_done_t;
void comparison_done_add(comparison_done_t *self, const comparison_done_t *more);

#endif
