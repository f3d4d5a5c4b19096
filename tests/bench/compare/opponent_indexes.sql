-- After the load, as one would.
SET maintenance_work_mem = '1GB';
ALTER TABLE opponent.person ADD PRIMARY KEY (person);
CREATE INDEX person_household ON opponent.person (household);
INSERT INTO opponent.fact (key, person, household, value, from_day, to_day, kind)
SELECT l.key, l.person, p.household, l.value, l.from_day, l.to_day, l.kind FROM opponent.load l JOIN opponent.person p USING (person);
DROP TABLE opponent.load;
ALTER TABLE opponent.fact ADD PRIMARY KEY (key);
CREATE INDEX fact_household ON opponent.fact (household);
ALTER TABLE opponent.verdict ADD PRIMARY KEY (household);
VACUUM ANALYZE opponent.person;
VACUUM ANALYZE opponent.fact;
