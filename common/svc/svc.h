/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SVC_SVC_H
#define COMMON_SVC_SVC_H

/* One process, one thread, one loop: everything that touches state runs here.
 * A service is a table; svc_main does start, signals, database, streams, commands, timers, drain. */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/bus.h"
#include "bus/keys.h"
#include "config/config.h"
#include "db/db.h"
#include "event/event.h"
#include "json/json_in.h"
#include "json/json_out.h"
#include "stream/stream.h"

typedef struct svc svc_t;

/* A request after envelope, key and permission were checked. */
typedef struct {
    const event_t *event;
    const json_node_t *data; /* an object of at most 1 MiB; NULL for SVC_QUEUED */
    const bus_key_t *key;  /* who asks */
    const char *actor;     /* event's actor, else the key's name */
    slice_t frame;         /* the bytes as received; json_check has passed them */
    slice_t data_text;     /* those of `data` in it: an object */
} svc_request_t;
/* A command writes its reply's data (a JSON object) into `out`.  On false: class REJECT → plimsoll.error.v1 with err->code
 * (a code of the contract) and pointer; RETRY → not_ready or busy; nothing of the transaction stays.
 * For a conflict, what is in `out` becomes the error's `current`. */
typedef bool (*svc_command_fn)(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err);
/* A page of what is listed, {state?, region?, after?, limit?}, as far as the key's regions go. */
typedef struct {
    const char *state, *region; /* NULL: any; as the service understands that */
    uuid_t after;               /* nil: from the beginning */
    int64_t limit;
    const char *key_regions; /* comma-separated, "*" = all */
} svc_list_t;
/* `expected`: said where the state is none of `states`. */
bool svc_list_read(const svc_request_t *req, const char *const *states, size_t n, const char *expected, svc_list_t *ret, err_t *err)
    NODISCARD;
/* $1 state, $2 region, $3 after, $4 how many (one more than is shown), $5 regions of the key. */
void svc_list_params(const svc_list_t *list, arena_t *arena, db_params_t *params);
/* Of n that were found. */
size_t svc_list_shown(const svc_list_t *list, size_t n);
/* Ends the array and tells whether there is more; `last`: the id of the last one shown. */
void svc_list_end(const svc_list_t *list, size_t n, const uuid_t *last, json_out_t *out);
enum {
    SVC_READ = 0,   /* snapshot transaction; not recorded */
    SVC_WRITE = 1,  /* one transaction with its effects, its stream events and the recorded reply (idempotent by source+id, 7 days) */
    SVC_OWN = 2,    /* opens its own transactions (tx is NULL) and its own idempotency */
    /* taken on and done later: the handler keeps the asker (svc_later_new) for svc_later_work and writes nothing; `data` is NULL,
     * the handler reads data_text, which may be large, by itself: feed.batch */
    SVC_QUEUED = 3,
    SVC_LATER = 4 /* like SVC_OWN, and answered later, perhaps in parts: the handler keeps the asker (svc_later_new), writes nothing */
};
typedef struct {
    const char *type;       /* "plimsoll.alerting.visit.v1" */
    const char *reply_type; /* NULL: "<type without .v1>.reply.v1" */
    const char *right;      /* name to look up in the key's commands ("alerting.visit"); NULL: the handler checks itself */
    int mode;
    svc_command_fn handle;
} svc_command_t;

/* Applies events in order, inside tx, together with cursor and input log (which svc writes).  Honour record_from/record_to.
 * ERR_REJECT: svc rolls back, bisects to the event and, for data.records, to the record, and quarantines that. */
typedef bool (*svc_events_fn)(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err);
typedef struct {
    const char *stream; /* "facts" */
    const char *peer;   /* config prefix of the producer: "peer.intake" → peer.intake.request, .stream, .key */
    svc_events_fn handle;
} svc_consume_t;

typedef bool (*svc_tick_fn)(svc_t *svc, void *state, err_t *err);
typedef struct {
    const char *name;
    int64_t every_ms;
    svc_tick_fn run; /* called when ready and active; opens its own transactions by svc_tx */
} svc_tick_t;

/* Settings that every service has; loaded together with its own table. */
typedef struct {
    char *database;        /* conninfo */
    char *bind_request, *bind_stream, *bind_http;
    char *keys_dir;        /* holds <service>.key_secret and <peer>.key; keys_dir/registered is the registry */
    char *log_level;
    int64_t drain_ms, statement_timeout_ms, batch_events, batch_bytes;
    int64_t bus_memory_mib, bus_connections, bus_connections_per_key, bus_handshakes; /* bus_limits_t */
    int64_t ready_lag_events; /* a consumer further behind than this makes the service not ready */
    /* peer.<service>.request / .stream endpoints */
    char *peer_intake_request, *peer_intake_stream, *peer_comparison_request, *peer_comparison_stream;
    char *peer_alerting_request, *peer_alerting_stream, *peer_referral_request, *peer_referral_stream;
} svc_config_t;

typedef struct {
    const char *name;               /* "intake": also role, schema and key */
    const char *version;
    const cfg_item_t *config;       /* own table, may be NULL */
    size_t config_size;
    const db_stmt_set_t *const *statements;          /* NULL-terminated, stream_statements not included */
    const db_migration_set_t *migrations;            /* own set */
    const char *const *produces;    /* stream names, NULL-terminated; NULL: none */
    const svc_consume_t *consumes;  /* ends with .stream == NULL; may be NULL */
    const svc_command_t *commands;  /* ends with .type == NULL; fetch and snapshot are built in; may be NULL */
    const svc_tick_t *ticks;        /* ends with .name == NULL; may be NULL */
    /* init: once, before the first database work: load files, allocate state.  on_connect: after each (re)connect, in a
     * transaction: load what is cached from the database.  on_reload: SIGHUP, whole new config validated already. */
    bool (*init)(svc_t *svc, void **ret_state, err_t *err);
    bool (*on_connect)(svc_t *svc, void *state, db_tx_t *tx, err_t *err); /* may be NULL */
    bool (*on_reload)(svc_t *svc, void *state, err_t *err);               /* may be NULL */
    /* after a transaction failed or its outcome is unknown: drop what memory holds beyond the database */
    void (*on_rollback)(svc_t *svc, void *state);                         /* may be NULL */
    /* asked to end, sockets and database still open: finishes what was taken on */
    void (*drain)(svc_t *svc, void *state);                               /* may be NULL */
    void (*destroy)(void **state_p);
    /* adds members to the open object of plimsoll.<name>.status.v1, from memory only: it is asked without a database too */
    void (*status)(svc_t *svc, void *state, json_out_t *out);             /* may be NULL */
} svc_def_t;

/* --config FILE, --set key=value …, --migrate, --check-config, --dump-config, --describe, --version. */
int svc_main(const svc_def_t *def, int argc, char **argv);

const void *svc_config(const svc_t *self);               /* the service's own struct */
const svc_config_t *svc_common_config(const svc_t *self);
/* Within svc_events_fn: events that are here already and come after those that are handled, decoded, as many as `bytes` hold or one;
 * none where the next ones are not known to be applied as they are.  Good until it returns. */
void svc_following(svc_t *self, size_t bytes, const stream_event_t **ret, size_t *ret_n);
stream_t *svc_stream(svc_t *self, const char *name); /* NULL when it is not produced here or there is no database yet */
/* The members service, version, state, streams, consumers, for a status command of the service's own. */
void svc_status_base(svc_t *self, json_out_t *out);
/* What keeps this stream from being received now, as in status (`trouble`); "" = nothing, or it is not consumed here. */
const char *svc_trouble(const svc_t *self, const char *stream);
/* A transaction for ticks: begin, work, commit, publish; the two calls keep stream heads and publishing right.
 * SVC_OWN commands use the same two. */
bool svc_tx_begin(svc_t *self, db_tx_t **ret, err_t *err) NODISCARD;
bool svc_tx_commit(svc_t *self, db_tx_t **tx_p, err_t *err) NODISCARD; /* flushes streams, commits, publishes */
/* Further connections that read while the first one works (db/lane.h), each opened when it is first asked for.  They end with the
 * connection that holds the writer's lock.  NULL: it cannot be had now, the work is done without it. */
enum { SVC_LANES = 2 };
struct db_lane *svc_lane(svc_t *self, size_t which);
/* A socket for questions to a peer whose stream is consumed (config prefix, as in svc_consume_t).  The caller's, to destroy before the
 * service ends. */
bool svc_peer_client(svc_t *self, const char *peer, bus_client_t **ret, err_t *err) NODISCARD;
/* In a command that fails with ERR_RETRY: there is no use in trying before so long; it becomes retry_after_ms of the answer. */
void svc_ask_again(svc_t *self, int64_t ms);
arena_t *svc_arena(svc_t *self); /* of the message being handled; reset after it */

/* Who waits for an answer that comes later.  Several replies to one request, each with its causationid: parts and progress
 * first, in types of their own, then the reply or an error. */
typedef struct svc_later svc_later_t;
svc_later_t *svc_later_new(svc_t *self, const svc_request_t *req); /* copies; belongs to the caller */
void svc_later_destroy(svc_later_t **self_p);
const char *svc_later_key(const svc_later_t *self); /* the name of the asker's key */
/* ERR_RETRY with outage: the asker has left, or its key was withdrawn; without: it does not read as fast, try again. */
bool svc_later_send(svc_t *svc, svc_later_t *self, const char *type, slice_t data, err_t *err) NODISCARD;
bool svc_later_fail(svc_t *svc, svc_later_t *self, const err_t *why, err_t *err) NODISCARD; /* plimsoll.error.v1 */
/* The work of a request in mode SVC_QUEUED, with all that the loop does around a handler: a conflict is tried again, a
 * failure rolled back and answered, the result counted.  `fn` writes the reply's data; *ret_duplicate: it was done before.
 * Takes *asker_p. */
typedef bool (*svc_work_fn)(void *ctx, json_out_t *out, bool *ret_duplicate, err_t *err);
void svc_later_work(svc_t *svc, svc_later_t **asker_p, svc_work_fn fn, void *ctx);
/* No request is read while so much waits to be done: those that come wait in the sockets, and then with their senders. */
void svc_hold_requests(svc_t *self, bool hold);

/* Extra descriptors in the loop (the dashboard's HTTP server). */
typedef bool (*svc_fd_fn)(svc_t *svc, void *state, err_t *err);
void svc_watch_fd(svc_t *self, int fd, svc_fd_fn fn); /* fn NULL: no longer */
/* Wakes the loop no later than in `ms` for fn of the watched fds (libmicrohttpd's timeout). */
void svc_wake_within(svc_t *self, int64_t ms);

#endif
