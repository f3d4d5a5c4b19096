-- try_lock($1 bigint key) -> got: false when another session holds it; kept until the connection ends
SELECT pg_try_advisory_lock($1::bigint) AS got
