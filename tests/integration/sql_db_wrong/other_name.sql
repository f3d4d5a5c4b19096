-- name($1 int a) -> one
SELECT $1::int
