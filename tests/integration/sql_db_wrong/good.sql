-- good($1 int a, $2 timestamptz b) -> one
SELECT $1::int, $2::timestamptz
