/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_REFERRAL_CONFIG_H
#define REFERRAL_REFERRAL_CONFIG_H

#include "config/config.h"

typedef struct {
    char *programmes, *calendar;
} referral_config_t;

extern const cfg_item_t referral_config_items[];

#endif
