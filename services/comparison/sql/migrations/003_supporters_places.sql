-- Why: whoever by law supports a member counts, and so do prices where the household lives: a change of the supporter or of
-- the place must reach the households that it concerns.

-- Who supports whom, made from the packed facts: the way from a supporter that changed to those whose assessment reads it.
CREATE TABLE support (
    supporter uuid NOT NULL,
    supported uuid NOT NULL,
    PRIMARY KEY (supporter, supported)
);
CREATE INDEX support_supported ON support (supported);

-- Facts that a place holds, for all regions that its code begins; packed as those of a person.
CREATE TABLE region (
    region text PRIMARY KEY,
    packed bytea NOT NULL
);

-- `region`: the code, when a place is the holder; its `holder` is derived from the code.
ALTER TABLE fact_version ADD COLUMN region text;

-- Where all are assessed on this day: '' everywhere, else only where a place's facts have changed.
ALTER TABLE clock ADD COLUMN region text NOT NULL DEFAULT '';
