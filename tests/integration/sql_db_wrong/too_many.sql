-- too_many($1 int a, $2 int b) -> one
SELECT $1::int
