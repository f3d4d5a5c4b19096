-- Why: the step before the wrong one, which must stay.
CREATE TABLE kept (id int);
