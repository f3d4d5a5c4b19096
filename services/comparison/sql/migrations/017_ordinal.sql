-- Why: households are written, found and visited in the order in which they came, which is that of the disk, not in that of their
-- random ids; who lives together, and what is found there, is found by one small number.

-- `ordinal`: 1, 2, 3 and so on in the order in which records first told of a household; it never changes.  Rows from before keep the
-- order in which they stand.
ALTER TABLE household ADD COLUMN ordinal int8;
DROP INDEX household_next_day;
UPDATE household h SET ordinal = o.ordinal
  FROM (SELECT ctid AS at, row_number() OVER (ORDER BY ctid) AS ordinal FROM household) AS o
 WHERE h.ctid = o.at;
ALTER TABLE household ALTER COLUMN ordinal SET NOT NULL, ADD CONSTRAINT household_ordinal UNIQUE (ordinal), ADD CHECK (ordinal > 0);
CREATE INDEX household_next_day ON household (next_day, ordinal) WHERE next_day IS NOT NULL;

-- Of the household in which a person lives; NULL: in none.
ALTER TABLE person ADD COLUMN ordinal int8;
DROP INDEX person_household;
UPDATE person p SET ordinal = h.ordinal FROM household h WHERE h.household = p.household;
ALTER TABLE person ADD CONSTRAINT person_at_home CHECK ((household IS NULL) = (ordinal IS NULL));
CREATE INDEX person_ordinal ON person (ordinal);

ALTER TABLE finding ADD COLUMN ordinal int8;
DROP INDEX finding_household;
UPDATE finding f SET ordinal = h.ordinal FROM household h WHERE h.household = f.household;
ALTER TABLE finding ALTER COLUMN ordinal SET NOT NULL;
CREATE INDEX finding_ordinal ON finding (ordinal);

-- Rows from before are put in this order, too, which takes the place of a second copy for a while.
CLUSTER household USING household_ordinal;
CLUSTER person USING person_ordinal;
ANALYZE household;
ANALYZE person;
ANALYZE finding;

-- How far a day has come on which all are assessed: the ordinal of the last household.  A day under way begins again.
ALTER TABLE clock ALTER COLUMN after TYPE int8 USING 0;
ALTER TABLE clock ALTER COLUMN after SET DEFAULT 0, ALTER COLUMN after SET NOT NULL;
