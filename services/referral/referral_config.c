/* SPDX-License-Identifier: Apache-2.0 */
#include "referral_config.h"

#include <stddef.h>

const cfg_item_t referral_config_items[] = {
    { "programmes", CFG_PATH, offsetof(referral_config_t, programmes), "deploy/programmes", 0, 0, CFG_RELOAD,
      "directory of programmes, one YAML file per organisation" },
    { "calendar", CFG_PATH, offsetof(referral_config_t, calendar), "deploy/config/calendar.yaml", 0, 0, CFG_RELOAD,
      "holidays and make-up days, for answers within working days" },
    { .key = NULL },
};
