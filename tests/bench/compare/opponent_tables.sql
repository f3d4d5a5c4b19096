-- What one would write instead: a row for each fact, with the household beside the person, one index to replace a record and one
-- to read a household; the verdict as a row.  Loaded in the order of households, so that a household's facts lie together.
CREATE SCHEMA opponent;
CREATE TABLE opponent.person (person uuid NOT NULL, household uuid NOT NULL);
CREATE TABLE opponent.fact (
    key       uuid NOT NULL,
    person    uuid NOT NULL,
    household uuid NOT NULL,
    value     int8 NOT NULL,
    from_day  date NOT NULL,
    to_day    date NOT NULL,
    kind      int2 NOT NULL
);
CREATE TABLE opponent.verdict (
    household uuid NOT NULL,
    dibao     bool NOT NULL,
    marginal  bool NOT NULL,
    amount    int8 NOT NULL
) WITH (fillfactor = 80);
CREATE TABLE opponent.load (key uuid, person uuid, kind int2, from_day date, to_day date, value int8);
