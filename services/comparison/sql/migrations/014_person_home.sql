-- Why: a full comparison reads the people of the households that follow each other by id in one go, instead of looking up each of
-- them by a key of their own.
CREATE INDEX person_household ON person (household);
