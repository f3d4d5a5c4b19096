/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_lifecycle.h"

#include "base/mem.h"

const char *const alert_event_names[ALERT_EV_COUNT] = {
    "acknowledge",   "assign",   "snooze", "visit_ends",      "visit_waits", "visit_refers", "settled",
    "facts_changed", "worsened", "lapsed", "referrals_ended",
};

static bool
has_open_findings(const void *subject)
{
    return alert_open_findings(subject) > 0;
}

static bool
has_unseen_findings(const void *subject)
{
    const alert_t *alert = subject;

    for (size_t i = 0; i < alert->finding_count; i++) {
        if (finding_is_open(alert->findings[i]) && !alert->findings[i]->seen)
            return true;
    }
    return false;
}

static const lifecycle_row_t rows[] = {
    { ALERT_OPEN, ALERT_EV_ACKNOWLEDGE, NULL, ALERT_ACKNOWLEDGED, "a desk has seen it" },
    { ALERT_OPEN, ALERT_EV_ASSIGN, NULL, ALERT_ASSIGNED, "a visit is given to somebody" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_ASSIGN, NULL, ALERT_ASSIGNED, "a visit is given to somebody" },
    { ALERT_ASSIGNED, ALERT_EV_ASSIGN, NULL, ALERT_ASSIGNED, "somebody else goes" },

    { ALERT_OPEN, ALERT_EV_SNOOZE, NULL, ALERT_OPEN, "put off, within the level's limit" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_SNOOZE, NULL, ALERT_ACKNOWLEDGED, "put off, within the level's limit" },
    { ALERT_ASSIGNED, ALERT_EV_SNOOZE, NULL, ALERT_ASSIGNED, "put off, within the level's limit" },

    { ALERT_OPEN, ALERT_EV_VISIT_ENDS, NULL, ALERT_CLOSED, "the visit settled it" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_VISIT_ENDS, NULL, ALERT_CLOSED, "the visit settled it" },
    { ALERT_ASSIGNED, ALERT_EV_VISIT_ENDS, NULL, ALERT_CLOSED, "the visit settled it" },
    { ALERT_VISITED, ALERT_EV_VISIT_ENDS, NULL, ALERT_CLOSED, "a second visit settled it" },

    { ALERT_OPEN, ALERT_EV_VISIT_WAITS, NULL, ALERT_VISITED, "waits for the register to follow" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_VISIT_WAITS, NULL, ALERT_VISITED, "waits for the register to follow" },
    { ALERT_ASSIGNED, ALERT_EV_VISIT_WAITS, has_open_findings, ALERT_VISITED, "waits for the register to follow" },
    { ALERT_ASSIGNED, ALERT_EV_VISIT_WAITS, NULL, ALERT_CLOSED, "nothing is left for the register to follow" },
    { ALERT_VISITED, ALERT_EV_VISIT_WAITS, NULL, ALERT_VISITED, "a second visit" },

    { ALERT_OPEN, ALERT_EV_VISIT_REFERS, NULL, ALERT_REFERRED, "somebody else can help" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_VISIT_REFERS, NULL, ALERT_REFERRED, "somebody else can help" },
    { ALERT_ASSIGNED, ALERT_EV_VISIT_REFERS, NULL, ALERT_REFERRED, "somebody else can help" },
    { ALERT_VISITED, ALERT_EV_VISIT_REFERS, NULL, ALERT_REFERRED, "a second visit found a need" },

    { ALERT_OPEN, ALERT_EV_SETTLED, NULL, ALERT_CLOSED, "the register has followed" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_SETTLED, NULL, ALERT_CLOSED, "the register has followed" },
    { ALERT_ASSIGNED, ALERT_EV_SETTLED, NULL, ALERT_CLOSED, "the register has followed: no visit is needed" },
    { ALERT_VISITED, ALERT_EV_SETTLED, NULL, ALERT_CLOSED, "the register has followed" },
    { ALERT_REFERRED, ALERT_EV_SETTLED, NULL, ALERT_REFERRED, "help that is under way goes on" },

    { ALERT_OPEN, ALERT_EV_FACTS_CHANGED, NULL, ALERT_CLOSED, "it no longer holds" },
    { ALERT_ACKNOWLEDGED, ALERT_EV_FACTS_CHANGED, NULL, ALERT_CLOSED, "it no longer holds" },
    { ALERT_ASSIGNED, ALERT_EV_FACTS_CHANGED, NULL, ALERT_ASSIGNED, "who is on the way must see it, marked withdrawn" },
    { ALERT_VISITED, ALERT_EV_FACTS_CHANGED, NULL, ALERT_CLOSED, "it no longer holds" },
    { ALERT_REFERRED, ALERT_EV_FACTS_CHANGED, NULL, ALERT_REFERRED, "help that is under way goes on" },

    { ALERT_VISITED, ALERT_EV_WORSENED, NULL, ALERT_OPEN, "more urgent than what the visit saw" },
    { ALERT_ASSIGNED, ALERT_EV_LAPSED, NULL, ALERT_CLOSED, "nobody went and nothing asks for it any more" },
    { ALERT_REFERRED, ALERT_EV_REFERRALS_ENDED, has_unseen_findings, ALERT_OPEN,
     "something more urgent came up meanwhile" },
    { ALERT_REFERRED, ALERT_EV_REFERRALS_ENDED, NULL, ALERT_CLOSED, "every need was answered to the end" },
};

const lifecycle_t alert_lifecycle = {
    .name = "alert",
    .states = alert_state_names,
    .state_count = ALERT_STATE_COUNT,
    .events = alert_event_names,
    .event_count = ALERT_EV_COUNT,
    .rows = rows,
    .row_count = COUNT_OF(rows),
};

alert_event_t
alert_event_of_result(result_t result)
{
    switch (result) {
    case RESULT_APPLY:
    case RESULT_SHOULD_EXIT:
        return ALERT_EV_VISIT_WAITS;
    case RESULT_REFER:
        return ALERT_EV_VISIT_REFERS;
    case RESULT_NO_HARDSHIP:
    case RESULT_ALREADY_HAS_POLICY:
    case RESULT_POLICY_DELIVERED:
    case RESULT_COUNT:
        break;
    }
    return ALERT_EV_VISIT_ENDS;
}
