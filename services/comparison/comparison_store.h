/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_STORE_H
#define COMPARISON_STORE_H

/* The only files that run SQL: comparison_store.c (what runs load and save), comparison_store_read.c (what is asked),
 * comparison_store_policy.c (texts of policies) and comparison_store_links.c (legal supporters, facts of places).
 * Everything is set-based: a run costs a fixed number of statements, whatever the number of its records. */

#include "comparison.h"
#include "db/lane.h"
#include "json/json_out.h"
#include "keys.h"
#include "protection.h"
#include "record_in.h"
#include "ruling.h"
#include "world.h"

extern const db_stmt_set_t *const store_statements[]; /* NULL-terminated */
extern const db_migration_set_t comparison_migrations;

bool store_terms_load(db_tx_t *tx, terms_t *terms, err_t *err) NODISCARD;
/* Words that are not in the table yet. */
bool store_terms_save(db_tx_t *tx, comparison_t *comparison, err_t *err) NODISCARD;

typedef struct {
    int32_t day;      /* DATE_OPEN: the first business day has not been set */
    int32_t first;    /* the first business day; DATE_OPEN: not set */
    int32_t finished; /* the last day whose due households are all assessed; DATE_OPEN: none */
    int32_t target;   /* that a tick asked for; DATE_OPEN: none */
    bool everybody;   /* on this day all are assessed, */
    char region[REGION_SIZE]; /* in the regions that this begins ('': everywhere), */
    int64_t after;    /* and this is the ordinal of the last household that is done; 0: none */
    char policy[COMPARISON_RULES_SIZE]; /* the rules by which the day was assessed */
    bool scheduled; /* the day's full comparisons are under way, */
    int entry;      /* and this one of them is (from 1); 0: the day's own work, which is one of all when all are assessed */
} clock_state_t;
bool store_clock_read(db_tx_t *tx, clock_state_t *ret, err_t *err) NODISCARD;
bool store_clock_write(db_tx_t *tx, const clock_state_t *clock, err_t *err) NODISCARD;

/* Loads the persons and households of the world that are not loaded yet; of persons all who are the same with them. */
bool store_persons(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
bool store_households(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Asks for places whose `ask` says so: who may have the record joins the world, not yet loaded. */
bool store_places(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* How the history of each dataset is searched by key (keys.h). */
bool store_keys_load(db_tx_t *tx, terms_t *terms, keys_t *ret, err_t *err) NODISCARD;
/* After what the world's history has new: before it is written, in the same transaction. */
bool store_keys_note(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* All of a dataset is found by key from now on: reads all of the history. */
bool store_keys_index(db_tx_t *tx, const terms_t *terms, keys_t *keys, term_t dataset, err_t *err) NODISCARD;
/* The persons of the world learn whom they support; these join it, not yet loaded. */
bool store_supports(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
bool store_supports_any(db_tx_t *tx, bool *ret, err_t *err) NODISCARD;
/* All places that hold facts; those that are loaded already stay as they are. */
bool store_regions(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Findings of the world's households that have none loaded yet: the open ones, and those opened in `day`'s month. */
bool store_findings(db_tx_t *tx, world_t *world, int32_t day, err_t *err) NODISCARD;
/* At most `limit` households join the world, loaded; *ret_n of them, listed in ret. */
bool store_households_due(db_tx_t *tx, world_t *world, int32_t day, size_t limit, household_t ***ret, size_t *ret_n, err_t *err)
    NODISCARD;
/* Those whose ordinals are greater than `after`, in their order. */
bool store_households_after(db_tx_t *tx, world_t *world, int64_t after, const char *region, size_t limit,
                            household_t ***ret, size_t *ret_n, err_t *err) NODISCARD;

/* The next `limit` households after `after`, their people and their findings (as store_findings brings them), as rows: read by a
 * transaction, or asked of a lane and taken later. */
typedef struct {
    db_result_t *households, *persons, *findings;
} store_chunk_t;
void store_chunk_done(store_chunk_t *self);
bool store_chunk_load(db_tx_t *tx, int64_t after, size_t limit, int32_t day, store_chunk_t *ret, err_t *err) NODISCARD;
void store_chunk_ask(db_lane_t *lane, int64_t after, size_t limit, int32_t day);
bool store_chunk_take(db_lane_t *lane, store_chunk_t *ret, err_t *err) NODISCARD;
/* All of it joins the world; *ret_n households in the order of their ordinals. */
bool store_chunk_read(const store_chunk_t *chunk, world_t *world, household_t ***ret, size_t *ret_n, err_t *err) NODISCARD;

/* Where do these persons live, and which of these households are known?  Asked of the lane, and taken later: the persons that are
 * known, household nil: nowhere; with person nil the households. */
typedef struct {
    uuid_t person, household;
    int64_t ordinal;
} home_t;
void store_homes_find(db_lane_t *lane, const uuid_t *persons, size_t person_count, const uuid_t *households, size_t household_count);
bool store_homes_found(db_lane_t *lane, arena_t *arena, home_t **ret, size_t *ret_n, err_t *err) NODISCARD;
/* Asks for households by their ordinals, with all who live there and their findings, and for these persons alone; they join the
 * world when they are taken, unless they are there already.  `day`: DATE_OPEN: without findings. */
void store_homes_ask(db_lane_t *lane, const int64_t *ordinals, size_t household_count, const uuid_t *alone, size_t alone_count, int32_t day);
/* `households`: all for whom it was asked, also those that have no row. */
bool store_homes_take(db_lane_t *lane, world_t *world, const uuid_t *households, size_t n, int32_t day, err_t *err) NODISCARD;

/* A version of a finding as published. */
typedef struct {
    uuid_t finding, household, causation;
    uint32_t version;
    uint64_t seq; /* in stream findings */
    int32_t day;
    uint64_t position;
    bool open;
    slice_t data;
} published_t;

/* Where the history goes on, unless the world knows it: one that is written behind must know it before. */
bool store_history_tail(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Writes back what changed; world_saved (world.h) says that it is done. */
bool store_world(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
bool store_waiting_save(db_tx_t *tx, world_t *world, err_t *err) NODISCARD; /* parts of it */
bool store_supports_save(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
bool store_regions_save(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
bool store_inputs(db_tx_t *tx, const terms_t *terms, const facts_event_t *events, size_t n, int32_t day, err_t *err) NODISCARD;
bool store_published(db_tx_t *tx, const published_t *published, size_t n, err_t *err) NODISCARD;

typedef struct {
    uuid_t matter, household, finding;
    int64_t version;
    uint64_t seq;
    const char *state;
    int32_t day; /* DATE_OPEN: none */
    const char *data;
} outcome_t;
bool store_outcomes(db_tx_t *tx, const char *stream, const outcome_t *outcomes, size_t n, err_t *err) NODISCARD;

/* --- comparison_store_rulings.c --- */

bool store_rulings_any(db_tx_t *tx, bool *ret, err_t *err) NODISCARD;
/* As known at a moment; or by the end of a business day; or before a position of stream facts, and where it came at that position,
 * before `day`; or before this version of a finding (seq).  The others 0, DATE_OPEN, UINT64_MAX and 0; all of them: now. */
typedef struct {
    int64_t at_us;
    int32_t day;
    uint64_t position;
    uint64_t version;
} ruling_moment_t;
#define RULING_NOW ((ruling_moment_t){ .at_us = 0, .day = DATE_OPEN, .position = UINT64_MAX, .version = 0 })
/* Where all that ever was is written: what counts now.  Later than any moment at which something was decided, whoever's clock it is. */
#define RULING_COUNTS ((ruling_moment_t){ .at_us = INT64_C(253402300799000000), .day = DATE_OPEN, .position = UINT64_MAX, .version = 0 })
/* The last version of the household's findings before anything was decided at this position on this day; UINT64_MAX: nothing was. */
bool store_rulings_first(db_tx_t *tx, const uuid_t *household, uint64_t position, int32_t day, uint64_t *ret, err_t *err) NODISCARD;
/* Of the households of the world for which it was not asked yet, as known now. */
bool store_rulings_more(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Of all households of the world. */
bool store_rulings(db_tx_t *tx, world_t *world, ruling_moment_t known, err_t *err) NODISCARD;
/* A decision, in place of the last one about the same (household, person, category); *ret_ended: there was one that counted, under
 * any name of the person.  What was decided under another name stays as it is, for should it turn out that they are two. */
typedef struct {
    const ruling_t *ruling;
    const char *reason, *conference, *actor;
    int32_t day;
} decided_t;
bool store_decision(db_tx_t *tx, const decided_t *decided, bool *ret_ended, err_t *err) NODISCARD;
/* Visits: from = day of an application, DATE_OPEN: it ended otherwise.  *ret: the households (in `arena`) of which that is news. */
bool store_visits(db_tx_t *tx, const ruling_t *visits, size_t n, int32_t day, arena_t *arena, uuid_t **ret, size_t *ret_n,
                  err_t *err) NODISCARD;
/* Writes into an open array what was decided about a household, as known then and as `world` knows who is who; without a world
 * all that ever was, as entries of a chain. */
bool store_rulings_write(db_tx_t *tx, const world_t *world /* or NULL */, const uuid_t *household, ruling_moment_t known,
                         json_out_t *out, err_t *err) NODISCARD;

/* --- comparison_store_schedule.c: full comparisons on schedule --- */

typedef struct {
    char entry[SCHEDULE_NAME_SIZE];
    int32_t day;
    int64_t assessed, opened, changed, withdrawn;
    bool within; /* it was done together with a larger one */
    bool done;
} full_run_t;
/* Adds to what the entry's comparison of the day has found. */
bool store_run_add(db_tx_t *tx, const full_run_t *run, err_t *err) NODISCARD;
/* The last one of each entry, of at most `max` entries. */
bool store_runs_last(db_tx_t *tx, full_run_t *ret, size_t max, size_t *ret_n, err_t *err) NODISCARD;
/* Like store_households_after, of those in which somebody is enrolled in one of the entry's categories. */
bool store_households_enrolled(db_tx_t *tx, world_t *world, int64_t after, const schedule_entry_t *entry, size_t limit,
                               household_t ***ret, size_t *ret_n, err_t *err) NODISCARD;

/* --- comparison_store_check.c: reports of checks --- */

typedef struct {
    uuid_t id, earlier, household, person; /* earlier, person: or nil */
    const char *category;                  /* or NULL */
    const char *region;
    const uuid_t *people;
    size_t people_count;
    int32_t day;
    uint64_t position;
    int64_t at_us;
    const char *digest;
    slice_t body;
} check_report_t;
bool store_check(db_tx_t *tx, const check_report_t *report, err_t *err) NODISCARD;
/* Texts in `arena`; of a report the members id, household, person, category, region, digest and body.  *ret_known: there is one. */
bool store_check_load(db_tx_t *tx, const uuid_t *id, arena_t *arena, check_report_t *ret, bool *ret_known, err_t *err) NODISCARD;
typedef enum { CHECK_CHECKED, CHECK_SHOWN, CHECK_OBJECTED } check_what_t;
typedef struct {
    uuid_t id, report; /* id: of the request */
    check_what_t what;
    int64_t at_us;
    int32_t day;
    const char *actor, *key, *reason; /* reason: or NULL */
} check_act_t;
bool store_check_act(db_tx_t *tx, const check_act_t *act, err_t *err) NODISCARD;
/* Into an open array: objections to the report; the reports that checked it again. */
bool store_check_objections(db_tx_t *tx, const uuid_t *report, json_out_t *out, err_t *err) NODISCARD;
bool store_check_later(db_tx_t *tx, const uuid_t *report, json_out_t *out, err_t *err) NODISCARD;
/* Into an open object: "townships" and "total" of the days [from, to). */
bool store_check_counts(db_tx_t *tx, int32_t from, int32_t to, const char *region, json_out_t *out, err_t *err) NODISCARD;
typedef struct {
    const char *dataset; /* in `arena` */
    uint64_t seq;
    int32_t received; /* DATE_OPEN: not known */
    int64_t at_us;
} dataset_time_t;
bool store_dataset_times(db_tx_t *tx, arena_t *arena, dataset_time_t **ret, size_t *ret_n, err_t *err) NODISCARD;

/* --- comparison_store_protection.c --- */

/* Marks the datasets that need an authorisation, as of a facts event (UINT64_MAX: now). */
bool store_protection_load(db_tx_t *tx, uint64_t position, terms_t *terms, protection_t *ret, err_t *err) NODISCARD;
/* From this facts event on.  *ret_known: the word of the dataset was there before this transaction, so records of it may be. */
bool store_protection_add(db_tx_t *tx, const char *dataset, uint64_t seq, bool is_protected, bool *ret_known, err_t *err) NODISCARD;

/* --- comparison_store_person.c: who is one person with whom --- */

bool store_same_any(db_tx_t *tx, bool *ret, err_t *err) NODISCARD;
/* All who are the same as somebody of the world join it, not yet loaded; asks nothing where nobody is anybody else. */
bool store_same(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Whatever intake has told of the world's persons, also of those who stand alone. */
bool store_same_told(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* As it was known at a position. */
bool store_same_replay(db_tx_t *tx, world_t *world, uint64_t position, err_t *err) NODISCARD;
/* What the event at `seq` told of these. */
bool store_same_save(db_tx_t *tx, person_t *const *persons, size_t n, uint64_t seq, err_t *err) NODISCARD;

/* --- comparison_store_shadow.c --- */

/* Sets stale, unsaved and the numbers of findings by what the table says. */
bool store_shadows_load(db_tx_t *tx, shadows_t *shadows, err_t *err) NODISCARD;
/* The numbers of findings alone. */
bool store_shadows_count(db_tx_t *tx, shadows_t *shadows, err_t *err) NODISCARD;
/* These and no others; the findings of others go. */
bool store_shadows_save(db_tx_t *tx, const shadows_t *shadows, int32_t day, err_t *err) NODISCARD;
typedef struct {
    uuid_t household, person; /* person nil: of the household */
    const char *kind, *category, *rule, *region;
    int32_t since; /* DATE_OPEN: since it is found */
    int64_t monthly, enrolled;
} shadow_finding_t;
/* Of the households in `seen`, these hold and no others; *ret_more: by how many there are more than before. */
bool store_shadow_findings(db_tx_t *tx, const char *policy, int32_t day, const uuid_t *seen, size_t seen_count,
                           const shadow_finding_t *found, size_t n, int64_t *ret_more, err_t *err) NODISCARD;
typedef struct {
    const char *kind, *category, *township;
    int64_t shadow, live, both, other_money;
} shadow_count_t;
typedef void (*store_shadow_count_fn)(void *ctx, const shadow_count_t *count);
bool store_shadow_counts(db_tx_t *tx, const char *policy, const char *region, store_shadow_count_fn fn, void *ctx, err_t *err) NODISCARD;
/* [0] in the shadow, [1] in force. */
typedef struct {
    uuid_t household, person;
    const char *kind, *category, *region;
    bool in[2];
    int32_t since[2];
    int64_t monthly[2];
} shadow_difference_t;
typedef void (*store_shadow_difference_fn)(void *ctx, const shadow_difference_t *difference);
bool store_shadow_differences(db_tx_t *tx, const char *policy, const char *region, int64_t limit, store_shadow_difference_fn fn,
                              void *ctx, err_t *err) NODISCARD;

/* --- comparison_store_read.c --- */

/* Rows of enrolments in force: level 0 by category, 1 by category and code, 2 by township and category. */
typedef bool (*store_count_fn)(void *ctx, int level, const char *township, const char *category, const char *code,
                               int64_t households, int64_t people);
bool store_register_counts(db_tx_t *tx, int32_t day, const char *region, store_count_fn fn, void *ctx, err_t *err) NODISCARD;
/* Enrolments in force by township and category: households, people, fen per month.  `lost`: of persons in no household. */
typedef bool (*store_stock_fn)(void *ctx, const char *township, const char *category, bool lost, const int64_t counts[3], err_t *err);
bool store_register_stock(db_tx_t *tx, int32_t day, const char *region, store_stock_fn fn, void *ctx, err_t *err) NODISCARD;
bool store_households_count(db_tx_t *tx, const char *region, int64_t *ret, err_t *err) NODISCARD;
/* The next day after `day` on which an enrolment begins or ends. */
bool store_register_until(db_tx_t *tx, int32_t day, int32_t *ret, err_t *err) NODISCARD;
bool store_person_home(db_tx_t *tx, const uuid_t *person, bool *ret_known, uuid_t *ret_household, err_t *err) NODISCARD;
typedef struct {
    int64_t households, persons, waiting, waiting_records, findings;
    int64_t checks, checks_again; /* reports: of first checks, and of checks again */
} store_totals_t;
bool store_totals(db_tx_t *tx, store_totals_t *ret, err_t *err) NODISCARD;
/* The last facts event applied by the end of a business day. */
bool store_position_at(db_tx_t *tx, int32_t day, uint64_t *ret, err_t *err) NODISCARD;
/* What had been committed by then: the last facts event, and the business day (DATE_OPEN: none had begun). */
bool store_moment_at(db_tx_t *tx, int64_t at_us, uint64_t *ret_position, int32_t *ret_day, err_t *err) NODISCARD;
/* Rebuilds the holders from the history, up to and including `position`; they must be in the world, unloaded. */
bool store_replay(db_tx_t *tx, world_t *world, uint64_t position, err_t *err) NODISCARD;

typedef bool (*store_version_fn)(void *ctx, const published_t *version, err_t *err);
/* Every version of the household's findings that was published by `at_us` (0: whenever), oldest first. */
bool store_finding_versions(db_tx_t *tx, const uuid_t *household, int64_t at_us, store_version_fn fn, void *ctx, err_t *err) NODISCARD;
/* With which facts event applied, and on which day, a version of the household's findings came; *ret_known false: it has no such one.  *seq becomes
 * the one that is kept: a version that comes with a move to another place is published there, too. */
bool store_finding_version_at(db_tx_t *tx, const uuid_t *household, uint64_t *seq, bool *ret_known, uint64_t *ret_position, int32_t *ret_day,
                              err_t *err) NODISCARD;
/* Where the household lived when the last of its findings by then was published; "": there was none. */
bool store_region_told(db_tx_t *tx, const uuid_t *household, uint64_t position, char ret[REGION_SIZE], err_t *err) NODISCARD;
typedef bool (*store_outcome_fn)(void *ctx, const char *stream, const outcome_t *outcome, err_t *err);
bool store_household_outcomes(db_tx_t *tx, const uuid_t *household, store_outcome_fn fn, void *ctx, err_t *err) NODISCARD;

/* --- comparison_store_waiting.c --- */

/* Records that wait for the register, by dataset; `since`: received on, DATE_OPEN when that is not known. */
typedef void (*store_waiting_fn)(void *ctx, const char *dataset, int64_t records, int32_t since);
bool store_waiting_load(db_tx_t *tx, store_waiting_fn fn, void *ctx, err_t *err) NODISCARD;

/* --- comparison_store_policy.c --- */

/* From this day and position on it governs, with or without regard to authorisations; nothing is written when that is the last
 * that is kept. */
bool store_policy_save(db_tx_t *tx, const policy_t *policy, bool authorisation, int32_t day, uint64_t position, err_t *err) NODISCARD;
/* What governed then. */
typedef struct {
    char digest[POLICY_DIGEST_SIZE]; /* of the text; "": nothing ever did */
    bool authorisation;              /* what needs a person's authorisation was not used without it */
    bool kept;                       /* false: it is the first, which came later */
} governing_t;
bool store_policy_governing(db_tx_t *tx, uint64_t position /* UINT64_MAX */, int32_t day /* DATE_OPEN */, int64_t at_us /* 0 */,
                            governing_t *ret, err_t *err) NODISCARD;
bool store_policy_load(db_tx_t *tx, const char *digest, terms_t *terms, policy_t **ret, err_t *err) NODISCARD;

#endif
