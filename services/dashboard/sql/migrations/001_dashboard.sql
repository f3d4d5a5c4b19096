-- The read model: what the streams have said, in the shape in which the page asks for it.
-- Why `data` beside columns: the columns are for choosing and counting, `data` is shown as it was published.
-- Why no foreign keys: four streams arrive each at its own pace, so a finding may come after the alert that names it.

CREATE TABLE day (
    day date PRIMARY KEY,
    seq bigint NOT NULL
);

-- Enrolments in force at the start of a day; region '' is everything, otherwise a township (9 digits).
CREATE TABLE register_count (
    day        date NOT NULL REFERENCES day,
    region     text NOT NULL,
    category   text NOT NULL,
    households bigint NOT NULL,
    people     bigint NOT NULL,
    PRIMARY KEY (day, region, category)
);

CREATE TABLE child_count (
    day    date NOT NULL REFERENCES day,
    class  text NOT NULL,
    people bigint NOT NULL,
    PRIMARY KEY (day, class)
);

CREATE TABLE finding (
    finding        uuid PRIMARY KEY,
    version        bigint NOT NULL,
    state          text NOT NULL CHECK (state IN ('open', 'changed', 'withdrawn')),
    household      uuid NOT NULL,
    region         text NOT NULL,
    category       text NOT NULL,
    kind           text NOT NULL,
    direction      text NOT NULL CHECK (direction IN ('more', 'less', 'check')),
    since          date NOT NULL,
    monthly_money  text,
    enrolled_money text,
    overpaid       text,
    margin         text,
    opened_seq     bigint NOT NULL,
    seq            bigint NOT NULL,
    data           text NOT NULL
);
CREATE INDEX finding_household ON finding (household);

CREATE TABLE alert (
    alert     uuid PRIMARY KEY,
    version   bigint NOT NULL,
    state     text NOT NULL CHECK (state IN ('open', 'acknowledged', 'assigned', 'visited', 'referred', 'closed')),
    level     text NOT NULL CHECK (level IN ('red', 'orange', 'yellow', 'blue')),
    household uuid NOT NULL,
    region    text NOT NULL,
    category  text NOT NULL,
    kind      text NOT NULL,
    opened    date NOT NULL,
    due       date NOT NULL,
    overdue   boolean NOT NULL,
    lead      uuid,             -- the finding that stands for the alert in a list
    first_seq bigint NOT NULL,  -- when it was first heard of: the order of the list, which never changes
    seq       bigint NOT NULL,  -- when it was last heard of: what the live stream resumes from
    data      text NOT NULL
);
CREATE UNIQUE INDEX alert_first_seq ON alert (first_seq);
CREATE INDEX alert_seq ON alert (seq);
CREATE INDEX alert_household ON alert (household);
CREATE INDEX alert_open ON alert (first_seq) WHERE state <> 'closed';

CREATE TABLE referral (
    referral  uuid PRIMARY KEY,
    version   bigint NOT NULL,
    state     text NOT NULL,
    alert     uuid NOT NULL,
    household uuid NOT NULL,
    region    text NOT NULL,
    seq       bigint NOT NULL,
    data      text NOT NULL
);
CREATE INDEX referral_alert ON referral (alert);
CREATE INDEX referral_household ON referral (household);

-- What opened and closed on a day, by township: flows are counted when they are heard, for the state alone forgets them.
CREATE TABLE flow (
    day       date NOT NULL,
    what      text NOT NULL CHECK (what IN ('finding', 'alert')),
    region    text NOT NULL,
    kind      text NOT NULL,
    direction text NOT NULL,    -- of findings: more help, less help, or only to be checked; '' for alerts
    level     text NOT NULL,    -- of alerts; '' for findings
    opened    bigint NOT NULL,
    closed    bigint NOT NULL,
    PRIMARY KEY (what, day, region, kind, direction, level)
);

-- Streams that are only witnessed: their hashes stand in `input`, their content is not kept.
CREATE TABLE witness (
    stream text PRIMARY KEY,
    events bigint NOT NULL
);
