-- Why: the register and all facts in the layout that an assessment reads: one packed row per person and per household,
-- an append-only history beside them, and the findings with every version.

CREATE TABLE term (
    term int4 PRIMARY KEY,
    word text NOT NULL UNIQUE
);

-- The business day; `finished`: the last day whose due households are all assessed (the same, or the day before while a
-- tick is under way); `target`: the day that a tick asked for.  `everybody`: this day all households are assessed, `after`:
-- how far that has come.  `policy`: with which version the day was assessed.
CREATE TABLE clock (
    one      bool PRIMARY KEY DEFAULT true CHECK (one),
    day      date,
    finished date,
    target   date,
    everybody bool NOT NULL DEFAULT false,
    after    uuid,
    policy   text NOT NULL DEFAULT ''
);
INSERT INTO clock DEFAULT VALUES;

-- Current version of everything held by a person (comparison_pack.c).  Room is left on each page, so that a new fact
-- updates the row in place without touching an index.
CREATE TABLE person (
    person    uuid PRIMARY KEY,
    household uuid,
    packed    bytea NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX person_waiting ON person (person) WHERE household IS NULL;

-- `next_day`: when time alone may change a verdict before the first of the next month, on which all are assessed anyway.
CREATE TABLE household (
    household uuid PRIMARY KEY,
    region    text NOT NULL DEFAULT '',
    closed    bool NOT NULL DEFAULT false,
    next_day  date,
    packed    bytea NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX household_next_day ON household (next_day, household) WHERE next_day IS NOT NULL;

-- What every record did to every holder, in the order of arrival: op 1 put, 2 retract, 3 end, 4 left for another holder,
-- 5 and 6 claimed and unclaimed by a household's register entry, 7 named by a version that could not be applied.  The latest put
-- or end of a key tells who holds it now.
CREATE TABLE fact_version (
    seq     int8 NOT NULL,
    idx     int4 NOT NULL,
    dataset int4 NOT NULL,
    op      int4 NOT NULL,
    key     uuid NOT NULL,
    holder  uuid,
    of_household bool NOT NULL,
    body    bytea
);
CREATE INDEX fact_version_key ON fact_version (key);
CREATE INDEX fact_version_holder ON fact_version (holder);

-- Facts events as applied: which position was known when.  `day`: the business day then, NULL before the first one.
CREATE TABLE facts_event (
    seq      int8 PRIMARY KEY,
    event    uuid,
    received date,
    day      date,
    at       timestamptz NOT NULL
);

-- Enrolments as rows, made from the packed facts: for counts by category and region.
CREATE TABLE enrolment (
    holder     uuid NOT NULL,
    household  uuid,
    person     uuid,
    category   text NOT NULL,
    code       text NOT NULL,
    region     text NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    amount     int8 NOT NULL,
    people     int4 NOT NULL
);
CREATE INDEX enrolment_holder ON enrolment (holder);

CREATE TABLE finding (
    finding       uuid PRIMARY KEY,
    household     uuid NOT NULL,
    person        uuid,
    kind          text NOT NULL,
    category      text NOT NULL,
    rule          text NOT NULL,
    from_category text,
    region        text NOT NULL,
    open          bool NOT NULL,
    version       int8 NOT NULL,
    opened        date NOT NULL,
    since         date NOT NULL,
    monthly       int8,
    enrolled      int8,
    overpaid      int8,
    digest        bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX finding_household ON finding (household);
CREATE INDEX finding_open ON finding (kind, category) WHERE open;

-- `position`: the last facts event that had been applied; with `day` it lets the assessment be computed again.
CREATE TABLE finding_version (
    finding   uuid NOT NULL,
    version   int8 NOT NULL,
    household uuid NOT NULL,
    seq       int8 NOT NULL,
    day       date NOT NULL,
    position  int8 NOT NULL,
    causation uuid,
    open      bool NOT NULL,
    data      text NOT NULL,
    PRIMARY KEY (finding, version)
);
CREATE INDEX finding_version_household ON finding_version (household);

-- What became of findings: visits (from alerts) and aid (from referrals).  Kept beside the findings, opens none.
CREATE TABLE outcome (
    stream    text NOT NULL,
    matter    uuid NOT NULL,
    version   int8 NOT NULL,
    seq       int8 NOT NULL,
    household uuid NOT NULL,
    finding   uuid,
    state     text NOT NULL,
    day       date,
    data      text NOT NULL,
    PRIMARY KEY (stream, matter, version)
);
CREATE INDEX outcome_household ON outcome (household);
