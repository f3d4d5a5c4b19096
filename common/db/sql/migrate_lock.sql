-- migrate_lock() -> waits for any other migration of this schema; null when the schema does not exist
SELECT current_schema() AS schema,
       pg_advisory_lock(hashtextextended('plimsoll migrate ' || current_schema(), 0))
