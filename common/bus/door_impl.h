/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_DOOR_IMPL_H
#define COMMON_BUS_DOOR_IMPL_H

/* Shared by door*.c only.
 *
 * Who touches what: fields marked [io] belong to the door's thread alone; all others are guarded by door.lock.  Only the
 * door's thread closes and frees connections, so it may hold a pointer to one without the lock; the loop names them by id. */

#include "bus/curve.h"
#include "bus/door.h"
#include "bus/zmtp.h"
#include "metrics/metrics.h"

#include <pthread.h>

#define DOOR_FRAME_SMALL (64u * 1024)       /* frames so small may use all of the memory, */
#define DOOR_FRAME_MIDDLE (1024u * 1024)    /* those up to here leave an eighth of it, larger ones a quarter */
#define DOOR_HANDSHAKE_BYTES 4096u          /* no command of a handshake is larger */
#define DOOR_SUBSCRIPTION_BYTES 1024u
#define DOOR_SUBSCRIPTIONS 256u             /* of one connection */
#define DOOR_SUBSCRIBED_BYTES (16u * 1024)  /* of one connection, altogether */
#define DOOR_WAITING 16u                    /* whole requests of one connection that wait for the loop */
#define DOOR_IN_HAND 2u                     /* requests of one key that the loop has at a time */
#define DOOR_UNREAD_BYTES (256u * 1024)     /* replies not read: beyond that nothing more is taken from the connection */
#define DOOR_DEAD_MS 120000                 /* whoever takes no byte for so long is taken for dead, by the kernel, too */
#define DOOR_LAG_EVENTS 2000u               /* events that wait for a slow subscriber; it fetches what is left out */
#define DOOR_LAG_BYTES (4u * 1024 * 1024)

/* Why a connection was closed or refused; the labels of door_closed_total. */
typedef enum {
    DOOR_LEFT, /* the other side ended it */
    DOOR_BAD_PROTOCOL,
    DOOR_UNKNOWN_KEY,
    DOOR_KEY_FULL,     /* the key has as many connections as it may */
    DOOR_MADE_ROOM,    /* for another key's, or for one that said more */
    DOOR_SLOW_HANDSHAKE,
    DOOR_SLOW_FRAME,
    DOOR_MADE_MEMORY,  /* others waited for memory, and this was the oldest frame under way */
    DOOR_TOO_LARGE,
    DOOR_SILENT,       /* no answer to heartbeats, though nothing stands before them */
    DOOR_UNREAD,       /* did not read what was sent */
    DOOR_WITHDRAWN,    /* key revoked, expired or changed */
    DOOR_ENDED,        /* the service closes */
    DOOR_REASON_COUNT
} door_reason_t;

/* What is sent, before encryption: flags, then the payload.  Shared among the subscribers that wait for it. */
typedef struct {
    unsigned uses;
    size_t n;
    uint8_t bytes[];
} door_blob_t;
typedef struct door_out {
    struct door_out *next;
    door_blob_t *blob;
} door_out_t;

/* A request that is here in full. */
typedef struct door_message {
    bus_request_t request; /* first: it stands for the whole outside; its frame lies in body */
    struct door_message *next;
    door_t *door;
    struct door_account *account; /* in use from when it was taken */
    uint8_t *body;                /* NULL when it was too large to be kept */
    size_t held;                  /* of the memory */
    int64_t taken_us;
} door_message_t;

/* One key that has connections, or has had more time than others wait for. */
typedef struct door_account {
    struct door_account *next;
    char name[KEY_NAME_MAX];
    unsigned connections; /* those that are gone, but whose requests still wait, too */
    unsigned uses;        /* connections, and the request in hand */
    unsigned waiting;     /* requests */
    unsigned in_hand;     /* requests: the loop has them */
    size_t held;
    size_t subscribed; /* bytes */
    bool wants_own;    /* door_make_memory: waits for its own share */
    uint64_t read_turn; /* [io] when it was read from last, */
    size_t read_bytes;  /* [io] and how much then */
    int64_t since_us;  /* its next request could be taken since: [monotonic] */
    uint64_t cost_us; /* what its requests took, on a clock that all keys share: whoever returns starts at the present */
    uint64_t usual_us; /* what one of them takes, of late */
} door_account_t;

typedef enum { PHASE_GREETING, PHASE_HELLO, PHASE_INITIATE, PHASE_OPEN, PHASE_GONE } door_phase_t;

typedef struct door_connection {
    struct door_connection *next; /* of the buried */
    struct door_connection *dirty_next;
    bool dirty;
    uint64_t id;
    door_listener_t *listener;
    int fd;               /* [io] -1: gone, kept until its last request was taken */
    door_phase_t phase;   /* written by the door's thread under the lock, so it may read without */
    curve_t curve;        /* [io] */
    unsigned interest;    /* [io] what epoll watches */
    int64_t since_ms;     /* [io] accepted */
    int64_t heard_ms;     /* [io] last byte from it */
    int64_t pinged_ms;    /* [io] 0: heard since */
    int64_t written_ms;   /* [io] last byte taken by it, or the moment from which something waits */
    uint64_t fed, fed_at_ping, fed_read; /* [io] replies and events sent; those before the last PING; those before the last PING answered */

    /* [io] the frame under way */
    uint8_t head[ZMTP_GREETING_SIZE];
    size_t head_n;
    uint8_t *body;
    size_t body_n, body_got;
    bool in_frame, discard; /* discard: larger than what is kept */
    size_t held;            /* of the memory, for body */
    int64_t frame_ms;       /* when it began */
    /* [io] the message under way */
    unsigned parts;
    bool delimiter, malformed;

    door_account_t *account; /* once open; written like phase */
    bus_key_t *key;          /* as it was when it came in; written like phase */
    bool wants_memory;       /* waits for its frame to be granted; written like phase */
    bool doomed;             /* to be closed by the io thread, for: */
    door_reason_t reason;
    door_message_t *first, *last;
    unsigned waiting;
    uint64_t taken; /* when a request of it was last taken, as a count */

    str_t subscriptions; /* each ends in NUL */
    size_t subscription_n;

    door_out_t *out_first, *out_last;
    size_t out_n, out_bytes; /* bytes: with those of wire */
    str_t wire;              /* [io] the frame being written */
    size_t wire_at;          /* [io] */
    size_t wire_counted;     /* of out_bytes */
} door_connection_t;

struct door_listener {
    door_t *door;
    door_listener_t *next;
    door_kind_t kind;
    int fd;
    int ready_fd; /* eventfd: requests wait */
    bool ready, closing, closed;
    bool muted; /* [io] nothing can be accepted at this time: not watched until the next tick */
    int64_t linger_until_ms;
    char endpoint[256], path[112]; /* path: of an ipc socket, to be removed */
    curve_own_t curve;
};

struct door {
    bus_keys_t *keys;
    bus_limits_t limits;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a listener was closed */
    int epoll, wake_fd;
    bool started, stop;
    uint64_t next_id, takes, now_us; /* now_us: the least cost of those whose requests wait */
    uint64_t turn;                   /* [io] of the thread */
    int64_t tick_ms;                 /* [io] when it last looked at all */
    uint64_t rechecks;               /* how often keys were withdrawn */
    door_listener_t *fresh;     /* opened, not yet seen by the thread */
    door_listener_t *listeners; /* [io] */
    door_connection_t **connections;
    size_t n, cap, open; /* open: those that have a key */
    door_account_t *accounts;
    size_t held, unsent; /* bytes: of frames and subscriptions; of replies and events */
    size_t subscribed;   /* of held: subscriptions */
    int64_t starved_ms;  /* since when somebody waits for memory; 0: nobody */
    bool memory_freed;
    door_connection_t *buried; /* [io] freed at the end of the turn, linked by `next` */
    door_connection_t *dirty;  /* to be looked at by the thread, linked by `dirty_next` */
    int64_t done_us;           /* when the last request was dealt with */
    metric_t *closed[DOOR_REASON_COUNT], *open_gauge, *held_gauge, *dropped;
};

/* door_loop.c */
void *door_main(void *door);                    /* the thread */
void door_loop_once(door_t *self, int wait_ms); /* [io] one turn of it: waits for events, and does what is to be done */

/* door_accept.c: all [io] */
void door_accept(door_t *self, door_listener_t *listener, int64_t now_ms); /* those who knock at this moment */
void door_take_in(door_t *self, door_listener_t *listener, int fd, int64_t now_ms); /* takes fd */
void door_mute(door_t *self, door_listener_t *listener, bool muted);

/* door_connection.c */
void door_wake(door_t *self);
void door_touch(door_t *self, door_connection_t *c); /* locked; the thread looks at it: to write, to read on, to end it */
void door_watch(door_t *self, door_connection_t *c); /* [io] sets what epoll watches by the state of c */
void door_set_phase(door_t *self, door_connection_t *c, door_phase_t phase); /* [io] */
/* [io] Out of epoll, and the other side is told: a process that was forked meanwhile may have the descriptor, too, and close alone
 * would do neither. */
void door_close_fd(door_t *self, int fd);
/* [io] Ends it; whole requests of it stay until they were taken.  c is freed no earlier than at the end of the turn. */
void door_end(door_t *self, door_connection_t *c, door_reason_t reason);
void door_doom(door_t *self, door_connection_t *c, door_reason_t reason); /* locked; what it was to be sent is dropped */
door_connection_t *door_find(const door_t *self, uint64_t id);           /* locked */
void door_bury(door_t *self, size_t i); /* [io] locked; nothing of it is left but its memory, which lasts to the end of the turn */
void door_free_buried(door_t *self);    /* [io] */
void door_look_at(door_t *self, door_connection_t *c, int64_t now_ms); /* [io] at each tick, for what only time brings: silence, slowness */

/* door_listen.c: binds and listens; sets fd, endpoint, path */
bool door_listen(door_listener_t *self, const char *endpoint, err_t *err) NODISCARD;

/* door_share.c: all locked */
door_account_t *door_account_find(door_t *self, const char *name); /* made when it is not there */
void door_account_release(door_t *self, door_account_t *account);  /* one use less */
/* Memory for a frame; false: not now, the connection waits (wants_memory) and is told when there may be. */
bool door_grant(door_t *self, door_connection_t *c, size_t bytes);
void door_release(door_t *self, door_account_t *account, size_t bytes);
/* Memory for a subscription; false: the connection, its key or all have as many as they may. */
bool door_grant_subscription(door_t *self, const door_connection_t *c, size_t bytes);
void door_release_subscriptions(door_t *self, door_account_t *account, size_t bytes);
/* Of those who wait, the ones that now get what they need, the cheapest key first. */
void door_grant_waiting(door_t *self);
/* Somebody has waited too long: of those whose memory it waits for, ends the frame that has been under way longest. */
void door_make_memory(door_t *self, int64_t now_ms);
/* Room for one more connection of the account's key; false: it has too many. */
bool door_make_room(door_t *self, const door_account_t *account);

/* door_turn.c: all locked, but for door_message_free */
bool door_is_unread(const door_connection_t *c); /* it leaves its replies unread: nothing more is done for it until it reads */
void door_message_free(door_message_t *m);
void door_queue(door_t *self, door_connection_t *c, door_message_t *m); /* takes m */
void door_signal(door_listener_t *listener);

/* door_read.c */
void door_on_readable(door_t *self, door_connection_t *c, int64_t now_ms);
void door_frame_drop(door_t *self, door_connection_t *c); /* the frame under way, with its memory */

/* door_hello.c */
void door_on_handshake(door_t *self, door_connection_t *c); /* a whole command is in c->body */

/* door_write.c */
void door_on_writable(door_t *self, door_connection_t *c, int64_t now_ms);
void door_wire_add(door_connection_t *c, const void *bytes, size_t n); /* as it is, before everything else: handshakes */
door_blob_t *door_blob_new(uint8_t flags, const void *payload, size_t n);
void door_blob_release(door_t *self, door_blob_t *blob); /* locked */
void door_out_add(door_t *self, door_connection_t *c, door_blob_t *blob); /* locked; shares blob */
void door_out_clear(door_t *self, door_connection_t *c);                  /* locked */
/* A command of the protocol, encrypted like a message: PING, PONG.  False: left out, too much waits before it. */
bool door_command(door_t *self, door_connection_t *c, const void *command, size_t n); /* locked */

#endif
