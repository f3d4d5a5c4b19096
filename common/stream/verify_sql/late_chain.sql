-- late_chain($1 text stream, $2 bigint after, $3 bigint rows) -> seq, hash as the producer has them
SELECT seq, hash FROM stream
WHERE name = $1::text AND seq > $2::bigint
ORDER BY seq
LIMIT $3::bigint
