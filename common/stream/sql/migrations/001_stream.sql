-- Why: a service writes its outgoing events with its state, in one transaction; ZeroMQ may lose them, this table does not.
-- seq has no gaps and hash chains each row to the one before it (common/stream/stream.h has the formula), so that a row
-- changed, removed or put in between is found.  time_us is a bigint because the chain covers it to the microsecond.
-- An erased payload leaves a tombstone: payload_hash stays, `erased` names the order.
CREATE TABLE stream (
    name         text   NOT NULL,
    seq          bigint NOT NULL CHECK (seq > 0),
    id           uuid   NOT NULL,
    type         text   NOT NULL,
    topic        text   COLLATE "C" NOT NULL,
    time_us      bigint NOT NULL,
    matter       uuid,
    closes       boolean NOT NULL,
    payload      bytea,
    payload_hash bytea  NOT NULL CHECK (octet_length(payload_hash) = 32),
    hash         bytea  NOT NULL CHECK (octet_length(hash) = 32),
    erased       text,
    PRIMARY KEY (name, seq),
    CHECK ((payload IS NULL) = (erased IS NOT NULL))
);

-- Pages are filtered by a prefix of the topic; byte order ("C") makes a prefix a range of this index.
CREATE INDEX stream_topic ON stream (name, topic, seq);

-- lz4 costs a tenth of the time of the default; a server built without it keeps the default.
DO $$
BEGIN
    ALTER TABLE stream ALTER COLUMN payload SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- The newest event of each matter (finding, alert, referral): what a late subscriber needs instead of all history.
CREATE TABLE stream_head (
    name   text    NOT NULL,
    matter uuid    NOT NULL,
    seq    bigint  NOT NULL,
    open   boolean NOT NULL,
    PRIMARY KEY (name, matter)
);
CREATE INDEX stream_head_open ON stream_head (name, matter, seq) WHERE open;
