/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_CONFIG_H
#define ALERTING_ALERTING_CONFIG_H

#include "config/config.h"

typedef struct {
    char *grades, *deadlines, *desks, *calendar;
    int64_t silence_days;
} alerting_config_t;

extern const cfg_item_t alerting_config_items[];

#endif
