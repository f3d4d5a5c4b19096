/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/failpoint.h"
#include "base/time.h"
#include "log/log.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARENA_BLOCK_BYTES ((size_t) 256 * 1024)

static int
exit_code_of(const err_t *err)
{
    if (strcmp(err->code, "usage") == 0)
        return EXIT_USAGE;
    switch (err->cls) {
    case ERR_RETRY:
        return EXIT_TEMPORARY;
    case ERR_NONE:
    case ERR_BUG:
        return EXIT_BUG;
    case ERR_REJECT:
    case ERR_CONFIG:
    case ERR_CLASS_COUNT:
        break;
    }
    return EXIT_CONFIG;
}

static int
print(const str_t *text)
{
    bool ok = fwrite(str_c(text), 1, text->len, stdout) == text->len && fflush(stdout) == 0;
    return ok ? EXIT_ASKED : EXIT_TEMPORARY;
}

/* What db_open prepares: the streams' statements and the service's own. */
static void
collect_sets(svc_t *self)
{
    size_t n = 0;

    while (self->def->statements != NULL && self->def->statements[n] != NULL)
        n++;
    self->sets = mem_new_array(const db_stmt_set_t *, n + 2);
    self->sets[0] = &stream_statements;
    for (size_t i = 0; i < n; i++)
        self->sets[i + 1] = self->def->statements[i];
}

static bool
migrate(svc_t *self, err_t *err)
{
    const db_migration_set_t *sets[3] = { &stream_migrations, self->def->migrations, NULL };
    db_options_t options;

    svc_db_options(self, &options);
    return db_migrate(&options, sets, err) || err_add(err, "migrate");
}

static void
collect_timers(svc_t *self)
{
    for (const svc_tick_t *t = self->def->ticks; t != NULL && t->name != NULL; t++) {
        AUTO_STR labels = STR_INIT;
        REQUIRE(self->timer_count < SVC_TICKS_MAX);
        svc_timer_t *timer = &self->timers[self->timer_count++];
        str_printf(&labels, "tick=\"%s\"", t->name);
        timer->def = t;
        timer->seconds = metrics_histogram("tick_seconds", labels.ptr, "duration of timed work");
        timer->failures = metrics_counter("tick_failures_total", labels.ptr, "timed work that failed");
    }
}

static void
collect_parts(svc_t *self)
{
    for (const char *const *s = self->def->produces; s != NULL && *s != NULL; s++) {
        REQUIRE(self->stream_count < SVC_STREAMS_MAX);
        self->stream_count++;
    }
    for (const svc_consume_t *c = self->def->consumes; c != NULL && c->stream != NULL; c++) {
        REQUIRE(self->consumer_count < SVC_CONSUMERS_MAX);
        consumer_init(self, &self->consumers[self->consumer_count++], c);
    }
    svc_metrics_init(self);
    svc_routes_init(self);
    collect_timers(self);
    collect_sets(self);
}

static bool
open_bus(svc_t *self, err_t *err)
{
    AUTO_STR path = STR_INIT;
    AUTO_STR registry = STR_INIT;

    str_printf(&path, "%s/%s.key_secret", self->config.keys_dir, self->def->name);
    str_printf(&registry, "%s/registered", self->config.keys_dir);
    if (!bus_key_load(path.ptr, &self->key, err)) {
        (void) err_add(err, "the service's own key");
        return false;
    }
    if (!bus_keys_open(registry.ptr, &self->keys, err) || !bus_new(self->keys, &self->bus, err))
        return false;
    const bus_limits_t limits = {
        .memory_bytes = (size_t) self->config.bus_memory_mib << 20,
        .connections = (unsigned) self->config.bus_connections,
        .connections_per_key = (unsigned) self->config.bus_connections_per_key,
        .handshakes = (unsigned) self->config.bus_handshakes,
    };
    bus_set_limits(self->bus, &limits);
    bus_set_linger(self->bus, self->config.drain_ms);
    return true;
}

static bool
start(svc_t *self, err_t *err)
{
    collect_parts(self);
    self->arena = arena_new(ARENA_BLOCK_BYTES);
    self->wake_at_ms = SVC_NEVER;
    /* before any other thread exists: all threads inherit the mask */
    if (!svc_signals_open(self, err))
        return false;
    if (self->config.bind_http[0] != '\0' && !http_admin_start(self->config.bind_http, &self->http, err))
        return false;
    svc_busy(self, true);
    if (!open_bus(self, err))
        return false;
    if (self->def->init != NULL && !self->def->init(self, &self->state, err))
        return err_add(err, "init");
    svc_busy(self, false);
    return true;
}

/* From here a second TERM takes its default course and ends the process at once. */
static void
allow_second_signal(const svc_t *self)
{
    sigset_t mask;

    if (self->signal_fd < 0)
        return;
    (void) sigemptyset(&mask);
    (void) sigaddset(&mask, SIGTERM);
    (void) sigaddset(&mask, SIGINT);
    (void) sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static void
stop(svc_t *self)
{
    self->draining = true;
    if (self->http != NULL) {
        svc_busy(self, true);
        http_admin_ready(self->http, false, "draining");
    }
    allow_second_signal(self);
    if (self->def->destroy != NULL && self->state != NULL)
        self->def->destroy(&self->state);
    for (size_t i = 0; i < self->consumer_count; i++)
        consumer_done(&self->consumers[i]);
    svc_sockets_close(self);
    bus_destroy(&self->bus); /* waits for what was sent, bounded by the sockets' linger */
    bus_keys_destroy(&self->keys);
    for (size_t i = 0; i < self->stream_count; i++)
        stream_destroy(&self->streams[i]);
    svc_db_close(self);
    http_admin_destroy(&self->http);
    svc_routes_done(self);
    arena_destroy(&self->arena);
    bus_key_done(&self->key);
    if (self->signal_fd >= 0)
        (void) close(self->signal_fd);
}

static int
serve(svc_t *self)
{
    err_t err = { 0 };

    log_info("svc.start", F_STR("version", self->def->version), F_I64("pid", (int64_t) getpid()));
    if (start(self, &err)) {
        svc_loop(self);
    } else {
        log_err(LOG_ERROR, "svc.start_failed", &err);
        self->exit_code = exit_code_of(&err);
    }
    stop(self);
    log_info("svc.end", F_I64("exit_code", self->exit_code));
    return self->exit_code;
}

/* What needs no configuration. */
static bool
answer_at_once(const svc_t *self, int *ret_code)
{
    AUTO_STR text = STR_INIT;

    if (self->args.help)
        svc_args_usage(self->def, &text);
    else if (self->args.version)
        str_printf(&text, "plimsoll-%s %s\n", self->def->name, self->def->version);
    else if (self->args.describe)
        svc_describe(self->def, &text);
    else
        return false;
    *ret_code = print(&text);
    return true;
}

static int
run(svc_t *self, err_t *err)
{
    int code = EXIT_ASKED;
    AUTO_STR text = STR_INIT;

    if (answer_at_once(self, &code))
        return code;
    if (!svc_config_load(self, err)) {
        log_err(LOG_ERROR, "svc.config", err);
        return exit_code_of(err);
    }
    if (self->args.dump_config) {
        svc_config_dump(self, &text);
        return print(&text);
    }
    if (self->args.check_config)
        return EXIT_ASKED;
    if (self->args.migrate) {
        if (migrate(self, err)) {
            log_info("svc.migrated");
            return EXIT_ASKED;
        }
        log_err(LOG_ERROR, "svc.migrate_failed", err);
        return exit_code_of(err);
    }
    return serve(self);
}

/* A batch's buffers of some hundred KiB come and go with each batch: kept in the heap they are not given back to the system,
 * and asked for page by page again, each time. */
static void
keep_heap(void)
{
    (void) mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void) mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

int
svc_main(const svc_def_t *def, int argc, char **argv)
{
    svc_t *self = mem_new(svc_t);
    err_t err = { 0 };
    int code;

    keep_heap();
    self->def = def;
    self->signal_fd = -1;
    (void) snprintf(self->source, sizeof(self->source), "/services/%s", def->name);
    log_init(def->name, LOG_INFO);
    failpoint_init(config_env("PLIMSOLL_FAILPOINT"));
    if (svc_args_parse(argc, argv, &self->args, &err)) {
        code = run(self, &err);
    } else {
        (void) fprintf(stderr, "plimsoll-%s: %s\n", def->name, err.text);
        code = EXIT_USAGE;
    }
    svc_args_done(&self->args);
    svc_config_done(self);
    mem_free(self->sets);
    mem_free(self);
    return code;
}

const void *
svc_config(const svc_t *self)
{
    return self->own_config;
}

const svc_config_t *
svc_common_config(const svc_t *self)
{
    return &self->config;
}

arena_t *
svc_arena(svc_t *self)
{
    return self->arena;
}
