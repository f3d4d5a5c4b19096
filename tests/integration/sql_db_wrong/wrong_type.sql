-- wrong_type($1 text a) -> one
SELECT $1::int
