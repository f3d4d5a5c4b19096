/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting_config.h"

#include <stddef.h>

const cfg_item_t alerting_config_items[] = {
    { "routing.grades", CFG_PATH, offsetof(alerting_config_t, grades), "deploy/routing/grades.yaml", 0, 0, CFG_RELOAD,
      "how urgent a finding is" },
    { "routing.deadlines", CFG_PATH, offsetof(alerting_config_t, deadlines), "deploy/routing/deadlines.yaml", 0, 0,
      CFG_RELOAD, "what each level demands: visit, snooze, escalation" },
    { "routing.desks", CFG_PATH, offsetof(alerting_config_t, desks), "deploy/routing/desks.yaml", 0, 0, CFG_RELOAD,
      "which desk works on an alert" },
    { "calendar", CFG_PATH, offsetof(alerting_config_t, calendar), "deploy/config/calendar.yaml", 0, 0, CFG_RELOAD,
      "holidays and make-up days, for working-day deadlines" },
    { "silence.max_days", CFG_INT, offsetof(alerting_config_t, silence_days), "366", 1, 3660, CFG_RELOAD,
      "a matter may be silenced at most so many days ahead" },
    { .key = NULL },
};
