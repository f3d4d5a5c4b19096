/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERT_H
#define ALERTING_ALERT_H

/* What alerting knows of a household's matter: its findings and the one open alert that they make.
 * Plain data; everything lives in the arena of the message that loaded it. */

#include "base/mem.h"
#include "base/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the least urgent to the most: the order is compared. */
typedef enum { LEVEL_BLUE, LEVEL_YELLOW, LEVEL_ORANGE, LEVEL_RED, LEVEL_COUNT } level_t;
typedef enum {
    ALERT_OPEN,
    ALERT_ACKNOWLEDGED,
    ALERT_ASSIGNED,
    ALERT_VISITED,
    ALERT_REFERRED,
    ALERT_CLOSED,
    ALERT_STATE_COUNT
} alert_state_t;
typedef enum {
    KIND_NEWLY_QUALIFIES,
    KIND_NO_LONGER_QUALIFIES,
    KIND_CATEGORY_CHANGE,
    KIND_BENEFIT_CHANGE,
    KIND_ENTITLEMENT_NOT_DRAWN,
    KIND_HARDSHIP_WARNING,
    KIND_MEMBER_CHANGE,
    KIND_DATA_CONFLICT,
    KIND_OVERLAP,
    KIND_AID_MISSING,
    KIND_REVIEW_DUE,
    KIND_COUNT
} kind_t;
typedef enum { FINDING_OPEN, FINDING_CHANGED, FINDING_WITHDRAWN, FINDING_STATE_COUNT } finding_state_t;
typedef enum {
    RESULT_NO_HARDSHIP,
    RESULT_ALREADY_HAS_POLICY,
    RESULT_POLICY_DELIVERED,
    RESULT_APPLY,
    RESULT_REFER,
    RESULT_SHOULD_EXIT,
    RESULT_COUNT
} result_t;

extern const char *const level_names[LEVEL_COUNT];
extern const char *const alert_state_names[ALERT_STATE_COUNT];
extern const char *const kind_names[KIND_COUNT];
extern const char *const finding_state_names[FINDING_STATE_COUNT];
extern const char *const result_names[RESULT_COUNT];

#define MATTER_SIZE 112 /* "<category>/<person>" with a category of at most CATEGORY_SIZE - 1 bytes */
#define CATEGORY_SIZE 48
#define ALERT_REGION_SIZE 13
#define DESK_SIZE 33

/* A finding as alerting keeps it. */
typedef struct {
    uuid_t id;
    int64_t version;
    finding_state_t state;
    uuid_t household;
    char matter[MATTER_SIZE];
    kind_t kind;
    char category[CATEGORY_SIZE];
    uuid_t person; /* nil = none */
    char region[ALERT_REGION_SIZE];
    const char *rule;
    const char *monthly_money; /* as sent; NULL = none */
    level_t level;
    const char *grade;   /* name of the row of grades.yaml that gave the level */
    int32_t opened, due; /* due: last day on which a visit is in time */
    bool seen;           /* a visit has seen it */
    uuid_t alert;        /* the alert it belongs or belonged to; nil = waiting behind a silence, or never had one */
    int64_t alerts;      /* how many alerts it began: the next one's id is told apart by it */
    bool dirty;
} finding_t;

typedef struct alert {
    struct alert *next; /* next one of the same matter in this unit of work */
    uuid_t id;
    int64_t version;
    alert_state_t state;
    level_t level;
    bool overdue;
    uuid_t household;
    char matter[MATTER_SIZE];
    char region[ALERT_REGION_SIZE];
    char category[CATEGORY_SIZE];
    kind_t kind;
    char desk[DESK_SIZE];
    int32_t opened, due;
    const char *assignee;      /* NULL = nobody */
    int32_t closed_on;         /* DATE_OPEN while not closed */
    const char *closed_reason; /* NULL while not closed */
    uuid_t correlation;        /* the finding that began it */
    const char *visit;         /* the last visit as JSON, without its note; NULL = none */
    const char *needs;         /* of a visit with result refer: comma-separated; NULL = none */
    int visit_level;           /* level when it was visited; -1 = not visited */
    int32_t snoozed_until;     /* DATE_OPEN = not snoozed */

    finding_t **findings; /* borrowed from the matter, sorted by (opened, id) */
    size_t finding_count;
    bool dirty;
    /* topic of the last published version: a change of either goes out on the old topic as well */
    bool published;
    char published_region[ALERT_REGION_SIZE];
    level_t published_level;
} alert_t;

/* A household's matter within one unit of work. */
typedef struct matter {
    uuid_t household;
    char name[MATTER_SIZE];
    alert_t *alert;  /* the open one, NULL = none */
    alert_t *alerts; /* all that this unit of work loaded or began */
    finding_t **findings;
    size_t finding_count, finding_cap;
    int32_t silenced_until; /* last silenced day; INT32_MIN = not silenced */
    struct matter *next;    /* all matters of the unit of work, in order of first touch */
} matter_t;

/* "livelihood" for dibao and marginal, "hardship" for a hardship warning, else "<category>/<person or ->". */
void matter_name(kind_t kind, const char *category, const uuid_t *person, char ret[MATTER_SIZE]);
/* A key for maps of matters. */
void matter_key(const uuid_t *household, const char *name, uuid_t *ret);

void matter_add_finding(matter_t *self, finding_t *finding, arena_t *arena);

bool finding_is_open(const finding_t *self);
size_t alert_open_findings(const alert_t *self);
/* Is a visit still owed? */
bool alert_awaits_visit(const alert_t *self);
/* Fills self->findings with those of the matter that belong to it, sorted.
 * `slots` holds matter->finding_count entries. */
void alert_gather(alert_t *self, const matter_t *matter, finding_t **slots);

#endif
