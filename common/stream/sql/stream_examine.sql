-- stream_examine($1 text name, $2 bigint after, $3 bigint last, $4 bigint rows) -> seq, topic, bytes of the next events
SELECT seq, topic, coalesce(octet_length(payload), 0) AS bytes
FROM stream
WHERE name = $1::text AND seq > $2::bigint AND seq <= $3::bigint
ORDER BY seq
LIMIT $4::bigint
