-- migrate_table() -> what was applied, in the schema that it was applied to
CREATE TABLE IF NOT EXISTS migration (
    set     text        NOT NULL,
    number  int         NOT NULL,
    name    text        NOT NULL,
    applied timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (set, number)
)
