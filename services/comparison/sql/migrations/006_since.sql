-- Why: a finding says since when it holds and what was underpaid since; both are reckoned again only when that changes on
-- which they rest.
ALTER TABLE finding ADD COLUMN underpaid int8;
ALTER TABLE finding ADD COLUMN basis bytea NOT NULL DEFAULT '';
