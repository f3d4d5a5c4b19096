-- Why: an assessment is computed again under the policy text of its day, so every text that was ever in force is kept,
-- byte for byte, with what it governed.

-- The files of a text: the place's own first, then what it extends.
CREATE TABLE policy_file (
    digest  text NOT NULL,
    ordinal int4 NOT NULL,
    name    text NOT NULL,
    body    bytea NOT NULL,
    PRIMARY KEY (digest, ordinal)
);

-- Which text governed from when: `position` the first facts event assessed under it (or after which it was), `day` the
-- business day, `at` the moment.  A text that comes back has a further row.
CREATE TABLE policy_in_force (
    number   int8 PRIMARY KEY,
    digest   text NOT NULL,
    position int8 NOT NULL,
    day      date NOT NULL,
    at       timestamptz NOT NULL
);
