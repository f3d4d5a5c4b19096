-- Alerts, the findings behind them, visits, silences, and what is known of referrals.
-- Why the checks: they mirror alert_lifecycle.c, so that no other program and no mistake of ours can leave a state that
-- the lifecycle does not have.

CREATE TABLE business_day (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    day date NOT NULL
);

CREATE TABLE alert (
    alert         uuid PRIMARY KEY,
    version       bigint NOT NULL CHECK (version >= 1),
    state         text NOT NULL CHECK (state IN ('open', 'acknowledged', 'assigned', 'visited', 'referred', 'closed')),
    level         text NOT NULL CHECK (level IN ('blue', 'yellow', 'orange', 'red')),
    overdue       boolean NOT NULL,
    household     uuid NOT NULL,
    matter        text NOT NULL,
    region        text NOT NULL CHECK (region ~ '^[0-9]{12}$'),
    category      text NOT NULL,
    kind          text NOT NULL,
    desk          text NOT NULL,
    opened        date NOT NULL,
    due           date NOT NULL,
    assignee      text,
    closed_on     date,
    closed_reason text,
    correlation   uuid NOT NULL,
    visit         text,
    needs         text,
    visit_level   text CHECK (visit_level IN ('blue', 'yellow', 'orange', 'red')),
    snoozed_until date,
    CHECK ((state = 'closed') = (closed_on IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_reason IS NOT NULL)),
    CHECK (state <> 'assigned' OR assignee IS NOT NULL),
    CHECK (state NOT IN ('visited', 'referred') OR visit IS NOT NULL),
    CHECK (state <> 'referred' OR needs IS NOT NULL)
);
-- One open alert per household and matter.
CREATE UNIQUE INDEX alert_open_matter ON alert (household, matter) WHERE state <> 'closed';
-- What the daily round looks for.
CREATE INDEX alert_due ON alert (due) WHERE state IN ('open', 'acknowledged', 'assigned') AND NOT overdue;
-- Assigned ones lapse when nothing is left of them.
CREATE INDEX alert_assigned ON alert (due) WHERE state = 'assigned';
CREATE INDEX alert_household ON alert (household);
-- Lists of a desk, by prefix of the region.
CREATE INDEX alert_region_open ON alert (region text_pattern_ops, alert) WHERE state <> 'closed';

CREATE TABLE finding (
    finding       uuid PRIMARY KEY,
    version       bigint NOT NULL,
    state         text NOT NULL CHECK (state IN ('open', 'changed', 'withdrawn')),
    household     uuid NOT NULL,
    matter        text NOT NULL,
    kind          text NOT NULL,
    category      text NOT NULL,
    person        uuid,
    region        text NOT NULL,
    rule          text,
    monthly_money text,
    level         text NOT NULL CHECK (level IN ('blue', 'yellow', 'orange', 'red')),
    grade         text NOT NULL,
    opened        date NOT NULL,
    due           date NOT NULL,
    seen          boolean NOT NULL,
    alert         uuid,
    alerts        bigint NOT NULL
);
CREATE INDEX finding_matter ON finding (household, matter);
CREATE INDEX finding_alert ON finding (alert);

CREATE TABLE visit (
    alert      uuid NOT NULL REFERENCES alert,
    version    bigint NOT NULL,
    visited_on date NOT NULL,
    visitors   text[] NOT NULL CHECK (cardinality(visitors) >= 2),
    result     text NOT NULL CHECK (result IN ('no_hardship', 'already_has_policy', 'policy_delivered', 'apply',
                                               'refer', 'should_exit')),
    needs      text[],
    note       text,
    recorded_by text NOT NULL,
    PRIMARY KEY (alert, version)
);

CREATE TABLE snooze (
    alert   uuid NOT NULL REFERENCES alert,
    version bigint NOT NULL,
    until   date NOT NULL,
    reason  text NOT NULL,
    made_by text NOT NULL,
    PRIMARY KEY (alert, version)
);

CREATE TABLE silence (
    household uuid NOT NULL,
    matter    text NOT NULL,
    until     date NOT NULL,
    reason    text NOT NULL,
    made_by   text NOT NULL,
    made_on   date NOT NULL,
    ended     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (household, matter)
);
CREATE INDEX silence_until ON silence (until) WHERE NOT ended;

CREATE TABLE referral (
    referral uuid PRIMARY KEY,
    alert    uuid NOT NULL,
    need     text NOT NULL,
    state    text NOT NULL,
    version  bigint NOT NULL
);
CREATE INDEX referral_alert ON referral (alert);
