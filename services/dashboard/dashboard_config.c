/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard_config.h"

#include <stddef.h>

#define AT(m) offsetof(dashboard_config_t, m)

const cfg_item_t dashboard_config_items[] = {
    { "bind.page", CFG_TEXT, AT(bind_page), "127.0.0.1:8080", 0, 0, 0,
      "HOST:PORT of the page and its API; there are no accounts yet, so leave it on loopback" },
    { "hosts", CFG_TEXT, AT(hosts), "localhost,127.0.0.1,::1", 0, 0, CFG_RELOAD,
      "names under which the page may be asked for (the Host header), comma-separated; * = any" },
    { "web", CFG_PATH, AT(web), "services/dashboard/web/dist", 0, 0, CFG_RELOAD, "directory of the built page" },
    { "regions", CFG_PATH, AT(regions), "var/demo/regions.json", 0, 0, 0,
      "JSON file with names of regions, {code: {zh, en}}; read again when it changes, codes are shown without it" },
    { "connections", CFG_INT, AT(connections), "256", 8, 10000, 0, "HTTP connections at a time" },
    { "connections_per_address", CFG_INT, AT(connections_per_address), "0", 0, 10000, 0,
      "HTTP connections at a time from one address; 0 = no limit, as behind a proxy, which has one address for all" },
    { "streams", CFG_INT, AT(streams), "64", 1, 5000, 0, "of them, live streams of alerts" },
    { "idle_s", CFG_INT, AT(idle_s), "30", 5, 600, 0,
      "a connection that takes or sends nothing for so long is closed, a slow reader of the live stream too" },
    { .key = NULL },
};
