-- A record is found by its key where it was put, taken back, ended, left a holder or could not be read; who claims whom is found by
-- the holder alone, and is most of what a register entry writes.
DROP INDEX fact_version_key;
CREATE INDEX fact_version_key ON fact_version USING hash (key) WHERE op IN (1, 2, 3, 4, 7);
