-- Why: what people decided or began about a household: the decisions of case conferences, and applications that visits ended
-- with.  Nothing is overwritten: what is replaced or taken back stays, with until when it was known.
CREATE TABLE ruling (
    ruling     uuid NOT NULL,  -- the request that told the decision, or the visited alert
    known      timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,   -- NULL: it counts now
    household  uuid NOT NULL,
    person     uuid,
    verb       text NOT NULL CHECK (verb IN ('applied', 'grants', 'refuses', 'keeps', 'not_granted', 'withdrawn')),
    category   text NOT NULL,
    starts     date NOT NULL,
    ends       date,
    reason     text,
    conference text,
    actor      text,
    day        date,           -- the business day on which it was told,
    ended_on   date,           -- and on which that was known to count no longer
    PRIMARY KEY (ruling, known)
);
CREATE INDEX ruling_household ON ruling (household);
