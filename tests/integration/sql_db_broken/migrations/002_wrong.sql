-- Why: fails in its second statement, so that its first must go too.
CREATE TABLE half (id int);
ALTER TABLE nowhere ADD COLUMN x int;
