-- terminate($1 int pid) -> ends another connection
SELECT pg_terminate_backend($1::int)
