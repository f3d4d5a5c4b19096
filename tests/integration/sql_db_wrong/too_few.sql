-- too_few($1 int a) -> two
SELECT $1::int, $2::int
