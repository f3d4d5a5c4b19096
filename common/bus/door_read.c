/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in: bytes → frames → requests and subscriptions.  Nothing is read ahead: each receive asks for what belongs to
 * the frame under way and no more, so a connection that is not read from holds nothing. */
#include "base/mem.h"
#include "base/time.h"
#include "bus/door_impl.h"
#include "event/event.h"
#include "log/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define READ_TURN_BYTES (1024u * 1024) /* of one key's connections together, before the others have their turn */
#define FRAME_BYTES 2048u /* that a frame counts for besides its own: what it takes to read and open one */
#define FRAME_MIN 8u                   /* the name of the shortest command: heads are read nine bytes at a time */
#define SCRATCH_BYTES (64u * 1024)
#define PING_AT 7u       /* "\4PING" and two bytes of time to live */
#define PING_CONTEXT 16u /* echoed */

static const char subscribe_name[] = "\11SUBSCRIBE";
static const char cancel_name[] = "\6CANCEL";

void
door_frame_drop(door_t *self, door_connection_t *c)
{
    mem_free(c->body);
    c->body = NULL;
    c->in_frame = false;
    c->discard = false;
    c->head_n = 0;
    if (c->held == 0 && !c->wants_memory)
        return;
    (void) pthread_mutex_lock(&self->lock);
    door_release(self, c->account, c->held);
    c->held = 0;
    c->wants_memory = false;
    (void) pthread_mutex_unlock(&self->lock);
}

static bool
command_is(const uint8_t *p, size_t n, const char *name, size_t name_n)
{
    return n >= name_n && memcmp(p, name, name_n) == 0;
}

static void
subscribe(door_t *self, door_connection_t *c, const uint8_t *prefix, size_t n)
{
    if (memchr(prefix, '\0', n) != NULL)
        return; /* no topic looks like that */
    (void) pthread_mutex_lock(&self->lock);
    bool ok = door_grant_subscription(self, c, n + 1);
    if (ok) {
        str_add_n(&c->subscriptions, prefix, n);
        str_add_char(&c->subscriptions, '\0');
        c->subscription_n++;
    }
    (void) pthread_mutex_unlock(&self->lock);
    if (!ok) {
        log_warn("bus.violation", F_STR("key", c->account->name), F_STR("reason", "too many subscriptions"));
        door_end(self, c, DOOR_BAD_PROTOCOL);
    }
}

/* One that equals it, if there is one. */
static void
unsubscribe(door_t *self, door_connection_t *c, const uint8_t *prefix, size_t n)
{
    (void) pthread_mutex_lock(&self->lock);
    char *p = c->subscriptions.ptr;
    for (size_t i = 0; i < c->subscription_n; i++) {
        size_t len = strlen(p);
        if (len == n && memcmp(p, prefix, n) == 0) {
            char *end = c->subscriptions.ptr + c->subscriptions.len;
            memmove(p, p + len + 1, (size_t) (end - (p + len + 1)));
            c->subscriptions.len -= len + 1;
            c->subscription_n--;
            door_release_subscriptions(self, c->account, len + 1);
            break;
        }
        p += len + 1;
    }
    (void) pthread_mutex_unlock(&self->lock);
}

static void
on_command(door_t *self, door_connection_t *c, const uint8_t *p, size_t n)
{
    bool stream = c->listener->kind == DOOR_STREAM;

    if (command_is(p, n, "\4PING", 5) && n >= PING_AT) {
        uint8_t pong[5 + PING_CONTEXT] = "\4PONG";
        size_t context_n = n - PING_AT < PING_CONTEXT ? n - PING_AT : PING_CONTEXT;
        memcpy(pong + 5, p + PING_AT, context_n);
        (void) pthread_mutex_lock(&self->lock);
        (void) door_command(self, c, pong, 5 + context_n);
        (void) pthread_mutex_unlock(&self->lock);
    } else if (stream && command_is(p, n, subscribe_name, sizeof(subscribe_name) - 1)) {
        subscribe(self, c, p + sizeof(subscribe_name) - 1, n - (sizeof(subscribe_name) - 1));
    } else if (stream && command_is(p, n, cancel_name, sizeof(cancel_name) - 1)) {
        unsubscribe(self, c, p + sizeof(cancel_name) - 1, n - (sizeof(cancel_name) - 1));
    } else if (command_is(p, n, "\4PONG", 5)) {
        c->fed_read = c->fed_at_ping;
    } /* others are of no meaning here */
}

/* Subscriptions of ZMTP 3.0 come as messages. */
static void
on_stream_message(door_t *self, door_connection_t *c, const uint8_t *p, size_t n, bool more)
{
    if (n > 0 && !more && p[0] == 1) {
        subscribe(self, c, p + 1, n - 1);
    } else if (n > 0 && !more && p[0] == 0) {
        unsubscribe(self, c, p + 1, n - 1);
    } else {
        log_warn("bus.violation", F_STR("key", c->account->name), F_STR("reason", "no subscription"));
        door_end(self, c, DOOR_BAD_PROTOCOL);
    }
}

/* Takes the frame's bytes and memory over into a request. */
static void
make_request(door_t *self, door_connection_t *c)
{
    door_message_t *m = mem_new(door_message_t);

    m->door = self;
    m->request.peer.delimiter = c->delimiter;
    m->request.too_large = c->discard;
    m->request.frame = (slice_t){ "", 0 };
    if (!c->discard) {
        m->body = TAKE(c->body);
        m->request.frame = (slice_t){ (const char *) m->body + CURVE_PAYLOAD_AT, c->body_n - CURVE_PAYLOAD_AT };
    }
    (void) pthread_mutex_lock(&self->lock);
    m->held = c->held;
    c->held = 0;
    door_queue(self, c, m);
    (void) pthread_mutex_unlock(&self->lock);
}

/* [delimiter] event; anything else is left out whole, and the next message is read. */
static void
on_part(door_t *self, door_connection_t *c, size_t n, bool more)
{
    if (c->parts == 0 && n == 0 && more)
        c->delimiter = true;
    else if (more || c->parts != (c->delimiter ? 1u : 0u))
        c->malformed = true;
    c->parts++;
    if (more)
        return;
    if (!c->malformed)
        make_request(self, c);
    c->parts = 0;
    c->delimiter = false;
    c->malformed = false;
}

static void
on_frame(door_t *self, door_connection_t *c)
{
    uint8_t flags = 0;

    if (c->discard) {
        on_part(self, c, c->body_n - CURVE_PAYLOAD_AT, false); /* its flags are unread: taken for a message's last */
        return;
    }
    if (!curve_open(&c->curve, c->body, c->body_n, &flags)) {
        door_end(self, c, DOOR_BAD_PROTOCOL);
        return;
    }
    const uint8_t *payload = c->body + CURVE_PAYLOAD_AT;
    size_t n = c->body_n - CURVE_PAYLOAD_AT;
    bool more = (flags & CURVE_FLAG_MORE) != 0;
    if ((flags & CURVE_FLAG_COMMAND) != 0)
        on_command(self, c, payload, n);
    else if (c->listener->kind == DOOR_STREAM)
        on_stream_message(self, c, payload, n, more);
    else
        on_part(self, c, n, more);
}

/* What a frame of this size may be at this moment: grants its memory, or has it wait, or ends the connection. */
static void
begin_frame(door_t *self, door_connection_t *c, int64_t now_ms)
{
    uint64_t n = 0;
    size_t head_n = 0;

    if (!zmtp_head_read(c->head, &head_n, &n) || n < FRAME_MIN) {
        door_end(self, c, DOOR_BAD_PROTOCOL);
        return;
    }
    bool request = c->phase == PHASE_OPEN && c->listener->kind == DOOR_REQUESTS;
    uint64_t limit = request ? EVENT_FRAME_HARD_MAX + CURVE_PAYLOAD_AT
                     : c->phase == PHASE_OPEN ? DOOR_SUBSCRIPTION_BYTES + CURVE_PAYLOAD_AT
                                              : DOOR_HANDSHAKE_BYTES;
    if (n > limit || (c->phase == PHASE_OPEN && n < CURVE_PAYLOAD_AT)) {
        door_end(self, c, n > limit ? DOOR_TOO_LARGE : DOOR_BAD_PROTOCOL);
        return;
    }
    c->in_frame = true;
    c->frame_ms = now_ms;
    c->body_n = (size_t) n;
    c->body_got = 0;
    c->discard = request && n > EVENT_FRAME_MAX + CURVE_PAYLOAD_AT;
    if (request && !c->discard) {
        (void) pthread_mutex_lock(&self->lock);
        (void) door_grant(self, c, c->body_n + 1);
        (void) pthread_mutex_unlock(&self->lock);
    }
}

/* Its memory has been granted. */
static bool
allocate_frame(door_t *self, door_connection_t *c)
{
    size_t head_n = (c->head[0] & ZMTP_FLAG_LONG) != 0 ? ZMTP_HEAD_MAX : 2;

    c->body = mem_try(c->body_n + 1, 1);
    if (c->body == NULL) {
        door_end(self, c, DOOR_MADE_MEMORY);
        return false;
    }
    c->body_got = ZMTP_HEAD_MAX - head_n; /* no frame is shorter than that */
    memcpy(c->body, c->head + head_n, c->body_got);
    return true;
}

/* Receives up to n bytes; 0: nothing there now, or the connection was ended. */
static size_t
receive(door_t *self, door_connection_t *c, void *p, size_t n, int64_t now_ms)
{
    for (;;) {
        ssize_t got = recv(c->fd, p, n, MSG_DONTWAIT);
        if (got > 0) {
            c->heard_ms = now_ms;
            c->pinged_ms = 0;
            return (size_t) got;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || errno != EAGAIN)
            door_end(self, c, DOOR_LEFT);
        return 0;
    }
}

static size_t
read_greeting(door_t *self, door_connection_t *c, int64_t now_ms)
{
    size_t got = receive(self, c, c->head + c->head_n, ZMTP_GREETING_SIZE - c->head_n, now_ms);

    c->head_n += got;
    if (got == 0)
        return 0;
    if (!zmtp_greeting_fits(c->head, c->head_n)) {
        door_end(self, c, DOOR_BAD_PROTOCOL);
    } else if (c->head_n == ZMTP_GREETING_SIZE) {
        c->head_n = 0;
        door_set_phase(self, c, PHASE_HELLO);
    }
    return got;
}

static size_t
read_head(door_t *self, door_connection_t *c, int64_t now_ms)
{
    size_t got = receive(self, c, c->head + c->head_n, ZMTP_HEAD_MAX - c->head_n, now_ms);

    c->head_n += got;
    if (got > 0 && c->head_n == ZMTP_HEAD_MAX)
        begin_frame(self, c, now_ms);
    return got;
}

static size_t
read_body(door_t *self, door_connection_t *c, int64_t now_ms)
{
    static uint8_t scratch[SCRATCH_BYTES]; /* of the door's one thread: bytes that nobody will see */
    size_t left;
    size_t got;

    if (!c->discard && c->body == NULL && !allocate_frame(self, c))
        return 0;
    if (c->discard) {
        if (c->body_got == 0)
            c->body_got = ZMTP_HEAD_MAX - ((c->head[0] & ZMTP_FLAG_LONG) != 0 ? ZMTP_HEAD_MAX : 2);
        left = c->body_n - c->body_got;
        got = receive(self, c, scratch, left < sizeof(scratch) ? left : sizeof(scratch), now_ms);
    } else {
        left = c->body_n - c->body_got;
        got = left == 0 ? 0 : receive(self, c, c->body + c->body_got, left < READ_TURN_BYTES ? left : READ_TURN_BYTES, now_ms);
    }
    if (c->fd < 0 || (got == 0 && left > 0))
        return 0;
    c->body_got += got;
    if (c->body_got < c->body_n)
        return got;
    if (c->phase == PHASE_OPEN)
        on_frame(self, c);
    else
        door_on_handshake(self, c);
    if (c->fd >= 0)
        door_frame_drop(self, c); /* what a request took over is no longer in it */
    return got + 1;
}

static bool
may_read(door_t *self, const door_connection_t *c)
{
    if (c->fd < 0 || c->wants_memory)
        return false;
    (void) pthread_mutex_lock(&self->lock);
    bool may = !c->doomed && !door_is_unread(c) && c->waiting < DOOR_WAITING;
    (void) pthread_mutex_unlock(&self->lock);
    return may;
}

/* What is read in this turn of the thread counts for the key, so that many connections are worth no more than one. */
static size_t *
count_of(const door_t *self, door_connection_t *c, size_t *stranger)
{
    door_account_t *account = c->account;

    if (account == NULL)
        return stranger;
    if (account->read_turn != self->turn) {
        account->read_turn = self->turn;
        account->read_bytes = 0;
    }
    return &account->read_bytes;
}

void
door_on_readable(door_t *self, door_connection_t *c, int64_t now_ms)
{
    size_t stranger = 0;

    while (*count_of(self, c, &stranger) < READ_TURN_BYTES && may_read(self, c)) {
        bool was_in_frame = c->in_frame;
        size_t got = c->phase == PHASE_GREETING ? read_greeting(self, c, now_ms)
                     : !c->in_frame             ? read_head(self, c, now_ms)
                                                : read_body(self, c, now_ms);
        if (got == 0 || c->fd < 0)
            break;
        *count_of(self, c, &stranger) += got + (was_in_frame && !c->in_frame ? FRAME_BYTES : 0);
    }
    if (c->fd >= 0)
        door_watch(self, c);
}
