-- Why: the key of most records names whom they are about, and so does each version of them: nobody asks by key who has such a record.
-- The index by key, in the order of random ids, was a great part of what such a version cost, and it grew with each of them.

-- `op` 8: put, like 1, of a record whose key names the holder; it is not in the index by key.  What a record no longer says (2, 3, 4)
-- need not be there either: who has it is one of those to whom a version was put (1), or of whom one spoke that could not be applied
-- (7), and what these hold tells which.
DROP INDEX fact_version_key;
CREATE INDEX fact_version_key ON fact_version USING hash (key) WHERE op IN (1, 7);

-- How the history of a dataset is searched by key.
CREATE TABLE dataset_key (
    dataset text PRIMARY KEY,
    names   text NOT NULL, -- by what the key names the holder, in all its rows with op 8, as its events say; '': there are none
    indexed bool NOT NULL  -- there may be rows in the index by key
);
INSERT INTO dataset_key (dataset, names, indexed)
SELECT t.word, '', true FROM (SELECT DISTINCT dataset FROM fact_version) v JOIN term t ON t.term = v.dataset;
