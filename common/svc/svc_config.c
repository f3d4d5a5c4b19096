/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "log/log.h"

#include <stdio.h>
#include <string.h>

#define AT(m) offsetof(svc_config_t, m)

/* The settings that every service has.  Items without a default here get one by the service's name. */
static const cfg_item_t common_table[] = {
    { "database", CFG_TEXT, AT(database), NULL, 0, 0, 0,
      "libpq connection string without a password (use passfile=…); the service's name is user and schema" },
    { "bind.request", CFG_TEXT, AT(bind_request), NULL, 0, 0, 0, "endpoint for requests (ROUTER); empty = none" },
    { "bind.stream", CFG_TEXT, AT(bind_stream), NULL, 0, 0, 0, "endpoint of the published stream (XPUB); empty = none" },
    { "bind.http", CFG_TEXT, AT(bind_http), NULL, 0, 0, 0,
      "HOST:PORT of health and metrics: /livez /readyz /metrics /statez; empty = none" },
    { "bus.memory_mib", CFG_INT, AT(bus_memory_mib), "64", 16, 65536, 0,
      "memory for requests of all peers together that are under way or wait; half as much again for what they leave unread" },
    { "bus.connections", CFG_INT, AT(bus_connections), "512", 8, 100000, 0, "connections with a key, of all peers together" },
    { "bus.connections_per_key", CFG_INT, AT(bus_connections_per_key), "256", 1, 100000, 0, "connections with the same key" },
    { "bus.handshakes", CFG_INT, AT(bus_handshakes), "256", 8, 100000, 0,
      "connections that have not shown a key yet; beyond that the one that said least gives way" },
    { "keys_dir", CFG_PATH, AT(keys_dir), "var/keys", 0, 0, 0,
      "directory with the services' certificates; its subdirectory `registered` is the registry of keys" },
    { "log_level", CFG_TEXT, AT(log_level), "info", 0, 0, CFG_RELOAD, "debug, info, warn or error" },
    { "drain_ms", CFG_INT, AT(drain_ms), "5000", 0, 60000, 0,
      "how long TERM lets the bus hand over what was sent" },
    { "statement_timeout_ms", CFG_INT, AT(statement_timeout_ms), "30000", 100, 3600000, 0,
      "the longest that one SQL statement may take" },
    { "batch_events", CFG_INT, AT(batch_events), "200", 1, 10000, CFG_RELOAD, "events applied in one transaction, at most" },
    { "batch_bytes", CFG_INT, AT(batch_bytes), "3145728", 1024, 268435456, CFG_RELOAD,
      "bytes of events applied in one transaction, at most (a single event may be larger)" },
    { "ready_lag_events", CFG_INT, AT(ready_lag_events), "100000", 1, 1000000000, CFG_RELOAD,
      "a consumer further behind than this makes the service not ready" },
    { "peer.intake.request", CFG_TEXT, AT(peer_intake_request), "tcp://127.0.0.1:7100", 0, 0, 0, "" },
    { "peer.intake.stream", CFG_TEXT, AT(peer_intake_stream), "tcp://127.0.0.1:7101", 0, 0, 0, "" },
    { "peer.comparison.request", CFG_TEXT, AT(peer_comparison_request), "tcp://127.0.0.1:7200", 0, 0, 0, "" },
    { "peer.comparison.stream", CFG_TEXT, AT(peer_comparison_stream), "tcp://127.0.0.1:7201", 0, 0, 0, "" },
    { "peer.alerting.request", CFG_TEXT, AT(peer_alerting_request), "tcp://127.0.0.1:7300", 0, 0, 0, "" },
    { "peer.alerting.stream", CFG_TEXT, AT(peer_alerting_stream), "tcp://127.0.0.1:7301", 0, 0, 0, "" },
    { "peer.referral.request", CFG_TEXT, AT(peer_referral_request), "tcp://127.0.0.1:7400", 0, 0, 0, "" },
    { "peer.referral.stream", CFG_TEXT, AT(peer_referral_stream), "tcp://127.0.0.1:7401", 0, 0, 0, "" },
};

/* Ports of the Contract. */
static const struct {
    const char *name, *request, *stream, *http;
} known[] = {
    { "intake", "tcp://127.0.0.1:7100", "tcp://127.0.0.1:7101", "127.0.0.1:9100" },
    { "comparison", "tcp://127.0.0.1:7200", "tcp://127.0.0.1:7201", "127.0.0.1:9200" },
    { "alerting", "tcp://127.0.0.1:7300", "tcp://127.0.0.1:7301", "127.0.0.1:9300" },
    { "referral", "tcp://127.0.0.1:7400", "tcp://127.0.0.1:7401", "127.0.0.1:9400" },
    { "dashboard", "", "", "127.0.0.1:9500" },
};

static char *
default_of(const svc_def_t *def, const char *key)
{
    AUTO_STR text = STR_INIT;

    if (strcmp(key, "database") == 0) {
        str_printf(&text, "host=127.0.0.1 dbname=plimsoll user=%s", def->name);
        return mem_strdup(text.ptr);
    }
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i].name, def->name) != 0)
            continue;
        if (strcmp(key, "bind.request") == 0)
            return mem_strdup(known[i].request);
        if (strcmp(key, "bind.stream") == 0)
            return mem_strdup(known[i].stream);
        return mem_strdup(known[i].http);
    }
    return mem_strdup("");
}

static const char *
doc_of(const cfg_item_t *item)
{
    if (item->doc[0] != '\0')
        return item->doc;
    return strstr(item->key, ".request") != NULL ? "where that service answers requests"
                                                 : "where that service publishes its stream";
}

/* The table lives as long as the process; so do the defaults made here. */
static cfg_item_t *
make_items(const svc_def_t *def)
{
    cfg_item_t *items = mem_new_array(cfg_item_t, COUNT_OF(common_table) + 1);

    for (size_t i = 0; i < COUNT_OF(common_table); i++) {
        items[i] = common_table[i];
        items[i].doc = doc_of(&common_table[i]);
        if (items[i].def == NULL)
            items[i].def = default_of(def, items[i].key);
    }
    return items;
}

static bool
check_values(const svc_config_t *config, err_t *err)
{
    static const char *const levels[] = { "debug", "info", "warn", "error" };

    if (str_in(config->log_level, levels, COUNT_OF(levels)))
        return true;
    return err_set(err, ERR_CONFIG, "config", "log_level: expected debug, info, warn or error");
}

static log_level_t
level_of(const char *name)
{
    if (strcmp(name, "debug") == 0)
        return LOG_DEBUG;
    if (strcmp(name, "warn") == 0)
        return LOG_WARN;
    return strcmp(name, "error") == 0 ? LOG_ERROR : LOG_INFO;
}

static bool
load_into(svc_t *self, svc_config_t *common, void *own, err_t *err)
{
    const cfg_item_t *tables[] = { self->common_items, self->def->config, NULL };
    void *const ret[] = { common, own };
    const cfg_source_t source = { .file = self->args.config_file, .sets = self->args.sets };

    if (!config_load(tables, &source, ret, err))
        return false;
    if (check_values(common, err))
        return true;
    config_done(self->common_items, common);
    if (self->def->config != NULL)
        config_done(self->def->config, own);
    return false;
}

bool
svc_config_load(svc_t *self, err_t *err)
{
    self->common_items = make_items(self->def);
    if (self->def->config != NULL)
        self->own_config = mem_alloc(1, self->def->config_size);
    if (!load_into(self, &self->config, self->own_config, err))
        return false;
    self->config_loaded = true;
    log_init(self->def->name, level_of(self->config.log_level));
    return true;
}

/* The running struct keeps its address and takes over the values that may change; the other half is let go. */
static void
exchange(const cfg_item_t *table, void *running, void *fresh)
{
    for (const cfg_item_t *item = table; item != NULL && item->key != NULL; item++) {
        if ((item->flags & CFG_RELOAD) == 0)
            continue;
        size_t n = 0;
        switch (item->kind) {
        case CFG_TEXT:
        case CFG_PATH:
            n = sizeof(char *);
            break;
        case CFG_INT:
            n = sizeof(int64_t);
            break;
        case CFG_REAL:
            n = sizeof(double);
            break;
        case CFG_BOOL:
            n = sizeof(bool);
            break;
        }
        uint8_t keep[sizeof(int64_t) * 2];
        memcpy(keep, (char *) running + item->offset, n);
        memcpy((char *) running + item->offset, (char *) fresh + item->offset, n);
        memcpy((char *) fresh + item->offset, keep, n);
    }
}

bool
svc_config_reload(svc_t *self, err_t *err)
{
    svc_config_t common = { 0 };
    void *own = self->def->config != NULL ? mem_alloc(1, self->def->config_size) : NULL;
    bool ok = load_into(self, &common, own, err);

    if (ok) {
        exchange(self->common_items, &self->config, &common);
        config_done(self->common_items, &common);
        if (own != NULL) {
            exchange(self->def->config, self->own_config, own);
            config_done(self->def->config, own);
        }
        log_init(self->def->name, level_of(self->config.log_level));
    }
    mem_free(own);
    return ok;
}

void
svc_config_done(svc_t *self)
{
    if (self->config_loaded) {
        config_done(self->common_items, &self->config);
        if (self->own_config != NULL)
            config_done(self->def->config, self->own_config);
    }
    for (size_t i = 0; self->common_items != NULL && i < COUNT_OF(common_table); i++) {
        union {
            const char *in;
            void *out;
        } text = { .in = self->common_items[i].def };
        if (common_table[i].def == NULL)
            mem_free(text.out);
    }
    mem_free(self->common_items);
    mem_free(self->own_config);
}

void
svc_config_dump(const svc_t *self, str_t *ret)
{
    config_dump(self->common_items, &self->config, ret);
    if (self->own_config != NULL)
        config_dump(self->def->config, self->own_config, ret);
}

/* `peer` is a name of one of the four stations, with or without the prefix "peer.". */
bool
svc_peer_endpoints(const svc_config_t *config, const char *peer, const char **ret_request, const char **ret_stream)
{
    const char *name = str_starts(peer, "peer.") ? peer + strlen("peer.") : peer;
    const struct {
        const char *name, *request, *stream;
    } peers[] = {
        { "intake", config->peer_intake_request, config->peer_intake_stream },
        { "comparison", config->peer_comparison_request, config->peer_comparison_stream },
        { "alerting", config->peer_alerting_request, config->peer_alerting_stream },
        { "referral", config->peer_referral_request, config->peer_referral_stream },
    };

    for (size_t i = 0; i < COUNT_OF(peers); i++)
        if (strcmp(peers[i].name, name) == 0) {
            *ret_request = peers[i].request;
            *ret_stream = peers[i].stream;
            return true;
        }
    return false;
}
