-- numbers($1 bigint last) -> 1 to last
SELECT n FROM generate_series(1, $1::bigint) AS n
