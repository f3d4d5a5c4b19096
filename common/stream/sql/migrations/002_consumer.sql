-- Why: what a consumer has applied must be committed with the effects, else a crash applies an event twice or never.
-- `cursor` is where to go on, `input` what was applied and in which order over all streams (replay and "known at" use
-- ord).  Their hashes are computed by the consumer from the bytes that it received, so they testify against a producer
-- whose table was changed afterwards.
CREATE TABLE cursor (
    stream text   PRIMARY KEY,
    seq    bigint NOT NULL CHECK (seq >= 0),
    hash   bytea  NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE TABLE input (
    ord    bigint GENERATED ALWAYS AS IDENTITY,
    stream text   NOT NULL,
    seq    bigint NOT NULL,
    hash   bytea  NOT NULL CHECK (octet_length(hash) = 32),
    at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, seq)
);
CREATE UNIQUE INDEX input_ord ON input (ord);

-- An event, or one record of it, that can never be applied; record -1 is the whole event.
CREATE TABLE poison (
    stream  text   NOT NULL,
    seq     bigint NOT NULL,
    record  bigint NOT NULL CHECK (record >= -1),
    code    text   NOT NULL,
    message text   NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    state   text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'applied', 'dropped')),
    PRIMARY KEY (stream, seq, record)
);
CREATE INDEX poison_open ON poison (at) WHERE state = 'open';
