/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SVC_SVC_IMPL_H
#define COMMON_SVC_SVC_IMPL_H

/* Shared by the files of this folder only: the process's one object and the parts of its loop. */

#include "bus/bus.h"
#include "db/lane.h"
#include "http/http.h"
#include "metrics/metrics.h"
#include "svc/svc.h"

#include <zmq.h>

#define SVC_STREAMS_MAX 8
#define SVC_CONSUMERS_MAX 8
#define SVC_FDS_MAX 16
#define SVC_TICKS_MAX 32
#define SVC_STATEMENTS_MAX 512 /* a power of two */
#define SVC_NEVER INT64_MAX
#define SVC_REASON_MAX ((size_t) 2 * ERR_TEXT_MAX)

enum { EXIT_ASKED = 0, EXIT_USAGE = 64, EXIT_BUG = 70, EXIT_TEMPORARY = 75, EXIT_CONFIG = 78 };

/* Capped exponential waiting with jitter, without bound. */
typedef struct {
    unsigned failures;
    int64_t next_ms; /* monotonic; 0 = now */
} backoff_t;
void backoff_fail(backoff_t *self, int64_t now_ms);
void backoff_done(backoff_t *self);

typedef enum { RESULT_OK, RESULT_DUPLICATE, RESULT_RETRY, RESULT_REJECT, RESULT_COUNT } svc_result_t;

/* One type of request and its counters. */
typedef struct {
    const svc_command_t *command;
    metric_t *count[RESULT_COUNT];
    metric_t *seconds;
} svc_route_t;

/* An event received and not applied yet. */
typedef struct {
    char *topic;
    str_t bytes;
    slice_t text;   /* in `bytes`: the event's data, which `event` has as a tree from when it is applied on */
    event_t *event;
    json_t *data;
    uint64_t seq;
    hash_t hash;
} pending_t;

/* One consumed stream: the wire side (sub, client) fills the queue, the database side empties it. */
typedef struct {
    const svc_consume_t *def;
    char server_public[KEY_Z85_SIZE];
    bus_sub_t *sub;
    bus_client_t *client;
    unsigned client_epoch, sub_epoch; /* of the connections, as last seen */

    stream_cursor_t committed; /* as in the database */
    stream_cursor_t tail;      /* after the last one in the queue */
    pending_t *queue;          /* seq committed+1 … tail, contiguous */
    size_t queue_n, queue_cap, queue_bytes;

    uint64_t head;    /* highest seq heard of */
    bool ask;         /* fetch although nothing newer was heard of: after (re)connecting */
    char fetch_id[UUID_TEXT_SIZE]; /* of the request under way; "" = none */
    int64_t fetch_deadline_ms;
    backoff_t fetch_wait, apply_wait;
    unsigned beats_behind;

    size_t apply_limit;     /* events per transaction while a culprit is looked for; 0 = no limit */
    uint64_t suspect_until; /* the culprit is at or before this seq */
    unsigned conflicts;
    int64_t conflict_since_ms; /* of the first of them */

    bool tampered;
    char trouble[ERR_TEXT_MAX];    /* what keeps it from receiving; "" = nothing */
    char trouble_code[ERR_CODE_MAX];
    metric_t *count[RESULT_COUNT], *lag, *tamper, *seconds, *poison;
} consumer_t;

typedef struct {
    const svc_tick_t *def;
    int64_t next_ms;
    metric_t *seconds, *failures;
} svc_timer_t;

typedef struct {
    int fd;
    svc_fd_fn fn;
} watch_t;

/* What the command line asked for. */
typedef struct {
    const char *config_file;
    const char **sets; /* NULL-terminated, borrowed from argv */
    size_t set_count;
    bool migrate, check_config, dump_config, describe, version, help;
} svc_args_t;
bool svc_args_parse(int argc, char **argv, svc_args_t *ret, err_t *err) NODISCARD;
void svc_args_done(svc_args_t *self);
void svc_args_usage(const svc_def_t *def, str_t *ret);

struct svc {
    int64_t again_ms; /* of the command being handled: svc_ask_again */
    const svc_def_t *def;
    void *state;
    svc_args_t args;
    char source[KEY_NAME_MAX + 16]; /* "/services/intake" */

    cfg_item_t *common_items; /* the common table with this service's own defaults */
    svc_config_t config;
    void *own_config;
    bool config_loaded;

    bus_keys_t *keys;
    bus_t *bus;
    bus_key_t key;
    bus_server_t *server;
    bus_pub_t *pub;
    uint64_t keys_narrowed; /* for which connections were looked at */
    backoff_t bind_wait;
    char bind_trouble[ERR_TEXT_MAX];

    const db_stmt_set_t **sets; /* for db_options_t */
    db_t *db;
    bool active;  /* connected, the one writer, everything loaded */
    bool standby; /* another process is the writer */
    bool suspect; /* a failpoint asks for a new connection */
    bool tx_open; /* begun by svc_tx_begin, neither committed nor rolled back */
    backoff_t db_wait;
    char db_trouble[ERR_TEXT_MAX];
    db_lane_t *lanes[SVC_LANES]; /* NULL: not asked for yet, or lost */
    backoff_t lane_wait;
    char lane_trouble[ERR_TEXT_MAX];

    stream_t *streams[SVC_STREAMS_MAX];
    metric_t *stream_seq[SVC_STREAMS_MAX];
    size_t stream_count;
    int64_t beat_at_ms;

    consumer_t consumers[SVC_CONSUMERS_MAX];
    consumer_t *applying; /* whose first applying_n events are being handled; NULL: none, or not as they are */
    size_t applying_n;
    size_t consumer_count;

    svc_command_t builtins[4];
    char status_type[KEY_NAME_MAX + 32];
    svc_route_t *routes;
    size_t route_count;
    svc_route_t unknown; /* counts what has no route */
    bus_request_t *request; /* being handled; NULL once it was taken on for later */
    bus_peer_t peer;        /* its sender, with what is beside it */
    slice_t frame;       /* the request's in hand */
    str_t data, reply;

    svc_timer_t timers[SVC_TICKS_MAX];
    size_t timer_count;
    watch_t fds[SVC_FDS_MAX];
    size_t fd_count;
    int64_t wake_at_ms;

    int signal_fd;
    http_admin_t *http;
    arena_t *arena;
    int64_t tend_at_ms, expire_at_ms;
    bool ready, reported_active;
    char ready_reason[SVC_REASON_MAX];
    struct {
        const char *set, *stmt; /* constants of the embedded SQL: their addresses tell them apart */
        metric_t *seconds;
    } statements[SVC_STATEMENTS_MAX];
    metric_t *ready_gauge, *turn_seconds, *db_errors;

    bool hold; /* svc_hold_requests */
    bool draining, leave;
    int exit_code;
};

/* svc_config.c */
bool svc_config_load(svc_t *self, err_t *err) NODISCARD;
bool svc_config_reload(svc_t *self, err_t *err) NODISCARD;
void svc_config_done(svc_t *self);
void svc_config_dump(const svc_t *self, str_t *ret);
bool svc_peer_endpoints(const svc_config_t *config, const char *peer, const char **ret_request, const char **ret_stream);

/* svc_describe.c */
void svc_describe(const svc_def_t *def, str_t *ret);

/* svc_db.c: the connection, the writer's lock, transactions */
void svc_db_tend(svc_t *self, int64_t now_ms);
void svc_db_lost(svc_t *self, const err_t *why);
void svc_db_close(svc_t *self);
void svc_db_options(const svc_t *self, db_options_t *ret);
/* After a failed transaction (already destroyed): drops what memory holds beyond the database, and draws the
 * consequence of the class: connection given up, process ended, aborted. */
void svc_rollback(svc_t *self, const err_t *why);
bool svc_commit(svc_t *self, db_tx_t **tx_p, bool consumer, err_t *err) NODISCARD;
bool svc_is_outage(const err_t *err);
/* A named place of this service; true when a test wants a failure there. */
bool svc_failpoint(const svc_t *self, bool consumer, const char *place);
/* One log line for a failure, unless it is the same as the one kept in `last` (which is updated). */
void svc_log_change(const char *event, char last[ERR_TEXT_MAX], const err_t *err);

/* svc_publish.c */
void svc_publish(svc_t *self);
void svc_beat(svc_t *self, int64_t now_ms);
void svc_sockets_tend(svc_t *self, int64_t now_ms);
void svc_sockets_close(svc_t *self);

/* svc_request.c, svc_builtin.c */
void svc_routes_init(svc_t *self);
void svc_routes_done(svc_t *self);
void svc_requests(svc_t *self);
/* One unit of work; a conflict with another transaction is tried again with everything let go.  After false nothing is rolled
 * back yet: svc_unit_failed does it, once the answer is out. */
typedef bool (*svc_unit_fn)(svc_t *self, void *ctx, err_t *err);
bool svc_unit(svc_t *self, svc_unit_fn fn, void *ctx, err_t *err) NODISCARD;
void svc_unit_failed(svc_t *self, bool harmless, const err_t *err);
svc_result_t svc_result_of(const err_t *err);
const svc_route_t *svc_find_route(const svc_t *self, const char *type);
/* Whom a reply answers; source and id NULL: they could not be read.  `part`: of an answer in parts, from 1; else 0. */
typedef struct {
    const char *source, *id, *correlation;
    uint64_t part;
} svc_reply_to_t;
/* Both write self->reply.  `details`: what a handler wrote before it failed, or NULL. */
void svc_encode_reply(svc_t *self, const svc_reply_to_t *to, const char *type, slice_t data);
void svc_encode_error(svc_t *self, const svc_reply_to_t *to, const err_t *err, const str_t *details);
void svc_builtins_init(svc_t *self);

/* svc_consume.c: the wire side */
void consumer_init(svc_t *self, consumer_t *c, const svc_consume_t *def);
void consumer_done(consumer_t *c);
bool consumer_open(svc_t *self, consumer_t *c, err_t *err) NODISCARD;
void consumer_close(consumer_t *c);
void consumer_restart(consumer_t *c, const stream_cursor_t *cursor); /* forgets the queue, goes on from the cursor */
bool consumer_has_room(const svc_t *self, const consumer_t *c);
void consumer_on_sub(svc_t *self, consumer_t *c);
void consumer_on_client(svc_t *self, consumer_t *c);
void consumer_fetch(svc_t *self, consumer_t *c, int64_t now_ms);
void consumer_check(consumer_t *c, int64_t now_ms);
void consumer_pop(consumer_t *c, size_t n);
/* Takes *event_p (of event_decode_head, with its `data`) when it is the next one and returns true; an older one is ignored, a gap is
 * noted to be fetched.  In the queue data stays text: as a tree it takes eight times as much memory. */
bool consumer_push(consumer_t *c, const char *topic, slice_t bytes, slice_t data, event_t **event_p, err_t *err) NODISCARD;
/* Makes the event's data a tree; it was checked when it came. */
bool consumer_read_data(pending_t *p, err_t *err) NODISCARD;
void consumer_trouble(consumer_t *c, const err_t *err);
bool consumer_open_client(svc_t *self, consumer_t *c, err_t *err) NODISCARD;
uint64_t consumer_lag(const consumer_t *c);

/* svc_apply.c: the database side */
void consumer_apply(svc_t *self, consumer_t *c, int64_t now_ms);
/* svc_poison.c: one event that is refused: finds the records at fault, applies the rest, quarantines them. */
bool consumer_apply_poison(svc_t *self, consumer_t *c, const err_t *why, err_t *err) NODISCARD;
stream_event_t consumer_event(const pending_t *p);

/* svc_health.c */
void svc_health(svc_t *self);
void svc_state_json(svc_t *self, str_t *ret);
void svc_dump(svc_t *self);
void svc_metrics_init(svc_t *self);
void svc_result_counters(svc_t *self, const char *topic, metric_t *ret[RESULT_COUNT]);
metric_t *svc_statement_seconds(svc_t *self, const char *set, const char *stmt);
void svc_busy(svc_t *self, bool busy); /* inside work that may last as long as a statement may */

/* svc_loop.c */
bool svc_signals_open(svc_t *self, err_t *err) NODISCARD;
void svc_loop(svc_t *self);

#endif
