-- connect_staging() -> a table of this connection only
CREATE TEMP TABLE staging (
    t  text,
    i8 bigint,
    i4 int,
    b  boolean,
    u  uuid,
    y  bytea,
    d  date,
    z  timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE staging_checked (n int CHECK (n < 1000)) ON COMMIT DELETE ROWS;
