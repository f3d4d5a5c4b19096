-- Why: full comparisons on schedule go on after a crash where they stood, and status tells what they found.

-- `scheduled`: the day's schedule is under way; `entry`: 0 while the day's own work is done, else the place (from 1) of the entry
-- whose households are assessed.
ALTER TABLE clock ADD COLUMN scheduled bool NOT NULL DEFAULT false, ADD COLUMN entry int4 NOT NULL DEFAULT 0;

-- What a full comparison of a day found so far.  `within`: it was done together with a larger one.
CREATE TABLE comparison_run (
    entry     text NOT NULL,
    day       date NOT NULL,
    assessed  int8 NOT NULL,
    opened    int8 NOT NULL,
    changed   int8 NOT NULL,
    withdrawn int8 NOT NULL,
    within    bool NOT NULL,
    done      bool NOT NULL,
    PRIMARY KEY (entry, day)
);
