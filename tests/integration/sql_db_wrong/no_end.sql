-- no_end($1 int a
SELECT $1::int
