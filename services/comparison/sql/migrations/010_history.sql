-- Why: two indexes in the order of random ids cost more than all else that a record writes, and each insert met another cold page.
-- The history is searched rarely by holder, so that index is made chunk by chunk: the chunk that is being filled stays warm, a
-- search asks each chunk.  A key is looked up for each new record, by nothing but equality: a hash.
ALTER TABLE fact_version ADD COLUMN chunk int4 NOT NULL DEFAULT 0;

-- Which chunk is being filled, and with how many rows so far.
CREATE TABLE history_tail (
    one   bool PRIMARY KEY DEFAULT true CHECK (one),
    chunk int4 NOT NULL,
    rows  int8 NOT NULL
);
INSERT INTO history_tail (chunk, rows) SELECT 0, count(*) FROM fact_version;

DROP INDEX fact_version_key;
DROP INDEX fact_version_holder;
CREATE INDEX fact_version_key ON fact_version USING hash (key);
CREATE INDEX fact_version_holder ON fact_version (chunk, holder);

-- A row of many facts stays one row, and is packed fast; a server built without lz4 keeps the default.
ALTER TABLE person SET (toast_tuple_target = 8000);
ALTER TABLE household SET (toast_tuple_target = 8000);
DO $$
BEGIN
    ALTER TABLE person ALTER COLUMN packed SET COMPRESSION lz4;
    ALTER TABLE household ALTER COLUMN packed SET COMPRESSION lz4;
    ALTER TABLE fact_version ALTER COLUMN body SET COMPRESSION lz4;
    ALTER TABLE finding_version ALTER COLUMN data SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;
