/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_DASHBOARD_CONFIG_H
#define DASHBOARD_DASHBOARD_CONFIG_H

#include "config/config.h"

typedef struct {
    char *bind_page, *hosts, *web, *regions;
    int64_t connections, connections_per_address, streams, idle_s;
} dashboard_config_t;

extern const cfg_item_t dashboard_config_items[];

#endif
