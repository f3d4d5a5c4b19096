/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_COMPARISON_FIXTURE_H
#define TESTS_INTEGRATION_COMPARISON_FIXTURE_H

/* Comparison's units of work against a database, without bus and loop: facts events are written by hand. */

#include "comparison.h"
#include "run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef OK
#define OK(call) \
    do { \
        err_t err_ok_ = { 0 }; \
        err_t *err = &err_ok_; \
        if (!(call)) \
            fail_msg("%s:%d: %s: %s (%s)", __FILE__, __LINE__, #call, err_ok_.text, err_ok_.code); \
    } while (0)
#endif

typedef struct fixture {
    db_t *db;
    const db_stmt_set_t *own;
    unsigned reset;
    db_lane_t *lane, *beside; /* read ahead, and what is needed at once, */
    bool no_lane, no_beside;  /* unless they must not: from the next start on */
    size_t group_records; /* of events worked on together, from the next start on; 0: the usual number */
    void (*between)(struct fixture *self); /* done between the transactions of a flush; NULL: nothing */
    size_t part; /* a flush applies so many events in a transaction, each of which is told what follows; 0: all in one */
    comparison_t *comparison;
    comparison_config_t config;
    stream_t *findings;
    arena_t *arena;
    uint64_t seq; /* last facts event */
    uint64_t alert_seq;
    str_t pending; /* records of the event that is being written */
    size_t pending_count;
    bool is_protected; /* the datasets of the events that follow need the person's authorisation */
    const char *key_names; /* what the keys of the next event name; NULL: nothing */
    bool no_key_names;     /* no event says so */
    bool fail_commit; /* the next transaction is rolled back at its end */
    /* What befalls each transaction of a flush, at its first place, then in another attempt at a later one, until it is through: */
    const char *failpoint;                 /* fails there, */
    void (*strike)(struct fixture *self);  /* or this is done when a statement of any connection has come back; NULL: nothing */
    size_t strike_at, passed;              /* of this attempt: the statement, and so many have come back */
    size_t attempts;                       /* that failed, of all transactions */
    comparison_done_t done; /* of the last call */
} fixture_t;

/* `own`: statements of the test beside the service's, or NULL; `reset`: the one of them that empties the tables. */
void fixture_start(fixture_t *self, const db_stmt_set_t *own, unsigned reset);
void fixture_stop(fixture_t *self);
/* For a group of tests with one fixture: starts it, empties it before a test, stops it. */
int fixture_group(void **state, fixture_t *self, const db_stmt_set_t *own, unsigned reset);
int fixture_group_reset(void **state);
int fixture_group_stop(void **state);
/* A new process on the same database. */
void fixture_restart(fixture_t *self);
/* Other lanes in the place of those that there are. */
void fixture_open_lane(fixture_t *self);
/* One of the test's own statements, in a transaction of its own. */
void fixture_execute(fixture_t *self, unsigned stmt);
/* Empties the tables, then a new process with the usual size of chunks. */
void fixture_reset(fixture_t *self);

/* Ids by number. */
uuid_t fixture_person(int n);
uuid_t fixture_household(int n);

/* Records of one event; `key` names the record within its dataset. */
void fixture_record(fixture_t *self, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
void fixture_fact(fixture_t *self, const char *key, int person /* < 0: household -person */, const char *kind, const char *from,
                  const char *to /* or NULL */, long long value, const char *code /* or NULL */);
void fixture_members(fixture_t *self, int household, const char *effective, const int *persons, size_t n, bool closed);
void fixture_retract(fixture_t *self, const char *key);
/* The same, saying whose it is. */
void fixture_retract_of(fixture_t *self, const char *key, int holder /* < 0: household -holder */);
/* A record that says nothing of anybody: whose it is, 0: the door knows that it is nobody's. */
void fixture_nothing(fixture_t *self, const char *key, int holder);
/* The record is no more on the list of its department, from the day on. */
void fixture_end(fixture_t *self, const char *key, int32_t on);
/* Ends the event: a facts event of the dataset, applied in one transaction (unless held back). */
void fixture_send(fixture_t *self, const char *dataset, const char *received);
/* Holds events back, then applies all that were held back in one transaction. */
void fixture_hold(fixture_t *self, const char *dataset, const char *received);
/* The same with a persons event: `member` persons or moves, with its items. */
void fixture_hold_persons(fixture_t *self, const char *member, const char *items);
void fixture_flush(fixture_t *self);
/* The same, and what was held back stays held back: for a transaction that is lost. */
void fixture_flush_again(fixture_t *self);

/* The same, when a connection is gone: it fails as an outage. */
void fixture_flush_lost(fixture_t *self);
/* The decision of a case conference on `day`, and an event of stream alerts with this data. */
void fixture_decide(fixture_t *self, const decided_t *decided);
void fixture_alert(fixture_t *self, const char *data);

void fixture_tick(fixture_t *self, const char *to);
/* At most n steps of a tick; true when it is done. */
bool fixture_tick_steps(fixture_t *self, const char *to, size_t n);
void fixture_compare(fixture_t *self);
/* Lines of a statement of its own with one text column, each ended by a newline. */
void fixture_lines(fixture_t *self, unsigned stmt, str_t *ret);
/* Of two: what is found and who is enrolled. */
void fixture_state(fixture_t *self, unsigned found, unsigned enrolments, str_t *ret);
int64_t fixture_number(fixture_t *self, unsigned stmt);
int32_t fixture_day(const char *text);

#endif
