-- wait_ms($1 int ms) -> after that time
SELECT pg_sleep($1::int / 1000.0)::text
