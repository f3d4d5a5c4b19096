-- late_inputs($1 text stream, $2 bigint after, $3 bigint rows) -> seq, hash that this consumer computed from what it received
SELECT seq, hash FROM input
WHERE stream = $1::text AND seq > $2::bigint
ORDER BY seq
LIMIT $3::bigint
