-- Why: a second step, which needs the first.
ALTER TABLE item ADD COLUMN note text;
