/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "domain/resident_id.h"
#include "log/log.h"
#include "stream/command_log.h"

#include <string.h>

#define REQUESTS_PER_TURN 64
#define TURN_MAX_US 50000
#define ATTEMPTS_MAX 5 /* of a transaction that met a conflict */
#define NOT_READY_RETRY_MS 1000
#define BUSY_RETRY_MS 200
#define COMMAND_DATA_MAX (1024u * 1024)
#define ID_TEXT_MAX 2048 /* 256 characters, all escaped, and some */

/* The codes that an error reply may carry. */
static const char *const contract_codes[] = {
    "not_json", "bad_envelope", "unknown_type", "bad_data", "too_large", "id_reused", "forbidden",
    "not_found", "conflict",    "busy",         "gone",     "not_ready", "internal",
};

void
svc_routes_init(svc_t *self)
{
    size_t n = 0;
    size_t own = 0;

    svc_builtins_init(self);
    for (const svc_command_t *c = self->def->commands; c != NULL && c->type != NULL; c++)
        own++;
    while (self->builtins[n].type != NULL)
        n++;
    self->routes = mem_new_array(svc_route_t, own + n);
    /* a service's own command comes before the built-in of that name */
    for (size_t i = 0; i < own; i++)
        self->routes[i].command = &self->def->commands[i];
    for (size_t i = 0; i < n; i++)
        self->routes[own + i].command = &self->builtins[i];
    self->route_count = own + n;
    for (size_t i = 0; i <= self->route_count; i++) {
        AUTO_STR labels = STR_INIT;
        svc_route_t *route = i < self->route_count ? &self->routes[i] : &self->unknown;
        const char *type = route->command == NULL ? "other" : route->command->type;
        svc_result_counters(self, type, route->count);
        str_printf(&labels, "service=\"%s\",topic=\"%s\"", self->def->name, type);
        route->seconds = metrics_histogram("request_seconds", labels.ptr, "from reading a request to sending its reply");
    }
}

void
svc_routes_done(svc_t *self)
{
    mem_free(self->routes);
    str_done(&self->data);
    str_done(&self->reply);
}

const svc_route_t *
svc_find_route(const svc_t *self, const char *type)
{
    for (size_t i = 0; i < self->route_count; i++)
        if (strcmp(self->routes[i].command->type, type) == 0)
            return &self->routes[i];
    return NULL;
}

/* "plimsoll.alerting.visit.v1" → "plimsoll.alerting.visit.reply.v1" */
static const char *
reply_type(svc_t *self, const svc_command_t *command)
{
    size_t n = strlen(command->type);

    if (command->reply_type != NULL)
        return command->reply_type;
    while (n > 0 && command->type[n] != '.')
        n--;
    return arena_printf(self->arena, "%.*s.reply%s", (int) n, command->type, command->type + n);
}

void
svc_encode_reply(svc_t *self, const svc_reply_to_t *to, const char *type, slice_t data)
{
    const char *cause = arena_printf(self->arena, "%s\n%s\n%s\n%s", self->source, to->source == NULL ? "?" : to->source,
                                     to->id == NULL ? "?" : to->id, type);
    char id[UUID_TEXT_SIZE];
    uuid_t uuid;

    if (to->part > 0)
        cause = arena_printf(self->arena, "%s\n%llu", cause, (unsigned long long) to->part);
    uuid_derive("reply", cause, &uuid);
    uuid_format(&uuid, id);
    const event_draft_t draft = {
        .id = id,
        .source = self->source,
        .type = type,
        .correlationid = to->correlation,
        .causationid = to->id,
        .time_us = time_now_us(),
        .data = data,
    };
    str_clear(&self->reply);
    event_encode(&draft, &self->reply);
}

/* `request` may be NULL: its envelope could not be read; `request_id` then what could be found of it. */
static svc_reply_to_t
reply_to(const event_t *request, const char *request_id)
{
    return (svc_reply_to_t){ .source = request == NULL ? NULL : request->source,
                             .correlation = request == NULL ? NULL : request->correlationid,
                             .id = request_id };
}

static void
send_reply(svc_t *self)
{
    err_t err = { 0 };

    (void) svc_failpoint(self, false, "before_reply");
    if (!bus_server_send(self->server, &self->peer, self->reply.ptr, self->reply.len, &err))
        log_err(LOG_DEBUG, "request.unanswered", &err); /* the client left; it asks again and hears the same */
}

static const char *
code_of(const err_t *err)
{
    switch (err->cls) {
    case ERR_RETRY:
        return err->outage ? "not_ready" : "busy";
    case ERR_REJECT:
        if (str_in(err->code, contract_codes, COUNT_OF(contract_codes)))
            return err->code;
        return "bad_data";
    case ERR_NONE:
    case ERR_CONFIG:
    case ERR_BUG:
    case ERR_CLASS_COUNT:
        break;
    }
    return "internal";
}

/* What a handler wrote before it failed goes along: a conflict's current state, the first event that is still kept. */
static void
add_details(json_out_t *out, const char *code, const str_t *written)
{
    slice_t first;

    if (written == NULL || written->len == 0)
        return;
    if (strcmp(code, "conflict") == 0)
        json_out_raw(out, "current", written->ptr, written->len);
    else if (strcmp(code, "gone") == 0 && json_locate(written->ptr, written->len, "first", &first))
        json_out_raw(out, "first", first.ptr, first.len);
}

void
svc_encode_error(svc_t *self, const svc_reply_to_t *to, const err_t *err, const str_t *details)
{
    AUTO_STR data = STR_INIT;
    const char *code = code_of(err);
    json_out_t out;

    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "code", code);
    json_out_text(&out, "message", strcmp(code, "internal") == 0 ? "an internal error; the service's log says more" : err->text);
    json_out_text(&out, "pointer", err->pointer);
    add_details(&out, code, details);
    if (err->cls == ERR_RETRY)
        json_out_i64(&out, "retry_after_ms", self->again_ms > 0 ? self->again_ms : err->outage ? NOT_READY_RETRY_MS : BUSY_RETRY_MS);
    json_out_end(&out);
    svc_encode_reply(self, to, "plimsoll.error.v1", str_slice(&data));
}

static bool
reject(err_t *err, const char *code, const char *pointer, const char *text)
{
    (void) err_set(err, ERR_REJECT, code, "%s", text);
    (void) str_copy(err->pointer, sizeof(err->pointer), pointer);
    return false;
}

/* One attempt's inputs and what came of it. */
typedef struct {
    const svc_route_t *route;
    const svc_request_t *req;
    const char *type; /* of the reply */
    bool duplicate;
    bool complete; /* self->data holds a whole JSON value or nothing */
} attempt_t;

/* The handler keeps who asked: svc_later.c. */
static bool
is_later(const attempt_t *a)
{
    return a->route->command->mode == SVC_LATER || a->route->command->mode == SVC_QUEUED;
}

static bool
call(svc_t *self, attempt_t *a, db_tx_t *tx, err_t *err)
{
    json_out_t out;

    str_clear(&self->data);
    json_out_init(&out, &self->data);
    bool ok = a->route->command->handle(self, self->state, tx, a->req, &out, err);
    a->complete = out.depth == 0;
    REQUIRE(!ok || a->complete);
    REQUIRE(!ok || !is_later(a) || self->data.len == 0);
    if (ok && self->data.len == 0)
        str_add(&self->data, "{}");
    return ok;
}

/* A reply that no client would take is a failure while it can still be one. */
static bool
encode_answer(svc_t *self, const attempt_t *a, err_t *err)
{
    const svc_reply_to_t to = reply_to(a->req->event, a->req->event->id);

    if (is_later(a))
        return true;
    svc_encode_reply(self, &to, a->type, str_slice(&self->data));
    return self->reply.len <= EVENT_FRAME_MAX ||
           err_set(err, ERR_REJECT, "too_large", "the reply would have %zu bytes, more than a frame: ask for less at a time",
                   self->reply.len);
}

static bool
run_read(svc_t *self, attempt_t *a, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    return db_tx_begin_snapshot(self->db, &tx, err) && call(self, a, tx, err) && encode_answer(self, a, err);
}

/* Who, for whom, what: a repetition is the same command only when all of it is the same. */
static void
command_digest(const attempt_t *a, hash_t *ret)
{
    AUTO_STR content = STR_INIT;
    const event_t *e = a->req->event;

    json_canonical(a->req->data, &content);
    const hash_part_t parts[] = {
        { a->req->key->name, strlen(a->req->key->name) + 1 },
        { a->req->actor, strlen(a->req->actor) + 1 },
        { e->type, strlen(e->type) + 1 },
        { content.ptr, content.len },
    };
    hash_of_parts(parts, COUNT_OF(parts), ret);
}

static bool
write_once(svc_t *self, attempt_t *a, db_tx_t **tx_p, command_log_entry_t *entry, err_t *err)
{
    const event_t *e = a->req->event;
    hash_t digest;

    command_digest(a, &digest);
    if (!command_log_find(*tx_p, e->source, e->id, e->type, &digest, entry, err))
        return false;
    if (entry->found && !entry->same)
        return reject(err, "id_reused", "/id", "this source has used the id for another command: take a new id");
    if (entry->found) {
        a->duplicate = true;
        str_clear(&self->reply);
        str_add_n(&self->reply, entry->reply.ptr, entry->reply.len);
        return true;
    }
    return call(self, a, *tx_p, err) && encode_answer(self, a, err) &&
           command_log_save(*tx_p, e->source, e->id, e->type, &digest, str_slice(&self->reply), err) &&
           svc_commit(self, tx_p, false, err);
}

static bool
run_write(svc_t *self, attempt_t *a, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    command_log_entry_t entry = { 0 };

    if (!svc_tx_begin(self, &tx, err))
        return false;
    bool ok = write_once(self, a, &tx, &entry, err);
    command_log_entry_done(&entry);
    if (ok && a->duplicate) { /* nothing was done: nothing to roll back in memory */
        db_tx_destroy(&tx);
        self->tx_open = false;
    }
    return ok;
}

static bool
run_own(svc_t *self, attempt_t *a, err_t *err)
{
    return call(self, a, NULL, err) && encode_answer(self, a, err);
}

static bool
run(svc_t *self, void *ctx, err_t *err)
{
    attempt_t *a = ctx;

    switch (a->route->command->mode) {
    case SVC_READ:
        return run_read(self, a, err);
    case SVC_WRITE:
        return run_write(self, a, err);
    default:
        return run_own(self, a, err);
    }
}

void
svc_hold_requests(svc_t *self, bool hold)
{
    self->hold = hold;
}

void
svc_ask_again(svc_t *self, int64_t ms)
{
    self->again_ms = ms;
}

static bool
not_ready(svc_t *self, err_t *err)
{
    self->again_ms = 0;
    (void) err_set(err, ERR_RETRY, "not_ready", "%s", self->ready_reason[0] != '\0' ? self->ready_reason : "starting");
    err->outage = true;
    return false;
}

/* What is worked on later begins without a transaction: when there is no room for it, nothing has been tried. */
static bool
is_occupied(const attempt_t *a, const err_t *err)
{
    return a->route->command != NULL && is_later(a) && err->cls == ERR_RETRY && !err->outage;
}

/* The message is retried, not the statement. */
bool
svc_unit(svc_t *self, svc_unit_fn fn, void *ctx, err_t *err)
{
    for (unsigned attempt = 1;; attempt++) {
        err_clear(err);
        self->again_ms = 0;
        svc_busy(self, true);
        bool ok = fn(self, ctx, err);
        svc_busy(self, false);
        if (ok)
            return true;
        bool again = err->cls == ERR_RETRY && !err->outage && self->again_ms == 0 && attempt < ATTEMPTS_MAX;
        if (again)
            svc_rollback(self, err);
        if (!again || !self->active)
            return false;
    }
}

static bool
run_with_retries(svc_t *self, attempt_t *a, err_t *err)
{
    bool memory_only = a->route->command->type == self->status_type; /* the built-in */

    return self->active || memory_only ? svc_unit(self, run, a, err) : not_ready(self, err);
}

/* A tree costs many times its text, so only a batch, which is cut into records first, may be as large as a frame. */
static bool
take_data(const svc_command_t *command, slice_t text, json_t **tree, svc_request_t *req, err_t *err)
{
    if (text.len == 0 || text.ptr[0] != '{')
        return reject(err, "bad_data", "/data", "data must be a JSON object");
    req->data_text = text;
    if (command->mode == SVC_QUEUED)
        return true;
    if (text.len > COMMAND_DATA_MAX)
        return reject(err, "too_large", "/data", "the data of a command has at most 1 MiB");
    if (!json_parse(text.ptr, text.len, tree, err))
        return false;
    req->data = json_root(*tree);
    return true;
}

/* The envelope is kept, published and answered as it came: nobody's number may ride in it. */
static bool
check_privacy(const event_t *event, err_t *err)
{
    const struct {
        const char *pointer, *text;
    } members[] = {
        { "/id", event->id },
        { "/source", event->source },
        { "/subject", event->subject },
        { "/correlationid", event->correlationid },
        { "/causationid", event->causationid },
        { "/actor", event->actor },
    };

    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (members[i].text != NULL && resident_id_within(members[i].text))
            return reject(err, "bad_envelope", members[i].pointer, "envelope: a document number stands here; name things without it");
    return true;
}

static bool
dispatch(svc_t *self, svc_request_t *req, slice_t data, attempt_t *a, err_t *err)
{
    AUTO(json) tree = NULL;
    const svc_route_t *route = svc_find_route(self, req->event->type);

    if (route == NULL) {
        (void) err_set(err, ERR_REJECT, "unknown_type", "%s answers no such type", self->def->name);
        (void) str_copy(err->pointer, sizeof(err->pointer), "/type");
        return false;
    }
    a->route = route;
    const svc_command_t *command = route->command;
    if (command->right != NULL && !bus_key_list_has(req->key->commands, command->right)) {
        (void) err_set(err, ERR_REJECT, "forbidden", "the key %s may not use %s", req->key->name, command->right);
        (void) str_copy(err->pointer, sizeof(err->pointer), "/type");
        return false;
    }
    if (!check_privacy(req->event, err) || !take_data(command, data, &tree, req, err))
        return false;
    req->actor = req->event->actor != NULL ? req->event->actor : req->key->name;
    a->type = reply_type(self, command);
    return run_with_retries(self, a, err);
}

/* The id of a request whose envelope is wrong elsewhere, so that its sender can match the error. */
static const char *
find_id(svc_t *self)
{
    AUTO(json) tree = NULL;
    slice_t text;

    if (!json_check(self->frame.ptr, self->frame.len, NULL) || !json_locate(self->frame.ptr, self->frame.len, "id", &text) ||
        text.len > ID_TEXT_MAX || !json_parse(text.ptr, text.len, &tree, NULL))
        return NULL;
    const char *id = json_text(json_root(tree));
    return id == NULL || strlen(id) > 256 ? NULL : arena_strndup(self->arena, id, strlen(id));
}

svc_result_t
svc_result_of(const err_t *err)
{
    return err->cls == ERR_REJECT ? RESULT_REJECT : RESULT_RETRY;
}

static void
fail(svc_t *self, const event_t *event, attempt_t *a, const err_t *err)
{
    const char *id = event != NULL ? event->id : self->frame.len > 0 ? find_id(self) : NULL;

    const svc_reply_to_t to = reply_to(event, id);

    svc_encode_error(self, &to, err, a->complete ? &self->data : NULL);
    send_reply(self);
    metric_add(a->route->count[svc_result_of(err)], 1);
    svc_unit_failed(self, err->cls == ERR_REJECT || is_occupied(a, err), err);
}

void
svc_unit_failed(svc_t *self, bool harmless, const err_t *err)
{
    if (!harmless)
        log_err(LOG_WARN, "request.failed", err);
    if (self->tx_open || !harmless)
        svc_rollback(self, err);
}

static void
handle(svc_t *self, bool too_large)
{
    AUTO(event) event = NULL;
    bus_key_t key;
    err_t err = { 0 };
    svc_request_t req = { .key = &key, .frame = self->frame };
    slice_t data = { NULL, 0 };
    attempt_t a = { .route = &self->unknown, .req = &req };
    int64_t start_us = time_monotonic_us();
    bool ok = false;

    if (!bus_keys_find(self->keys, self->peer.key, &key)) {
        log_warn("request.refused", F_STR("key", self->peer.key)); /* revoked since it connected: no answer */
        return;
    }
    str_clear(&self->data);
    if (too_large) {
        (void) err_set(&err, ERR_REJECT, "too_large", "a frame has at most %u bytes: send the batch in parts", EVENT_FRAME_MAX);
    } else if (event_decode_head(self->frame.ptr, self->frame.len, &event, &data, &err)) {
        req.event = event;
        ok = dispatch(self, &req, data, &a, &err);
    }
    if (ok && a.route->command->mode == SVC_QUEUED)
        return; /* svc_later_work answers and counts */
    if (ok) {
        if (!is_later(&a))
            send_reply(self);
        metric_add(a.route->count[a.duplicate ? RESULT_DUPLICATE : RESULT_OK], 1);
    } else {
        fail(self, event, &a, &err);
    }
    metric_observe(a.route->seconds, (double) (time_monotonic_us() - start_us) / 1e6);
}

/* A bounded share of each turn, so that streams, timers and signals are never starved. */
void
svc_requests(svc_t *self)
{
    int64_t until_us = time_monotonic_us() + TURN_MAX_US;

    for (unsigned i = 0; i < REQUESTS_PER_TURN && self->server != NULL && !self->leave && !self->hold; i++) {
        self->request = bus_server_recv(self->server);
        if (self->request == NULL)
            return;
        self->peer = self->request->peer;
        self->frame = self->request->frame;
        handle(self, self->request->too_large);
        arena_reset(self->arena);
        self->frame = (slice_t){ NULL, 0 };
        bus_request_done(&self->request); /* unless a handler took it on: svc_later_new */
        if (time_monotonic_us() > until_us)
            return;
    }
}
