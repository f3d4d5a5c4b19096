-- end_connection($1 int8 rank, $2 int8 ms) -> bool per connection, true: this user's rank-th newest is ended, and gone within so much time
SELECT pg_terminate_backend(pid, $2::int8)
  FROM (SELECT pid, row_number() OVER (ORDER BY backend_start DESC) AS rank FROM pg_stat_activity
         WHERE datname = current_database() AND usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid()) AS others
 WHERE rank = $1::int8
