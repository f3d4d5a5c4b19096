-- stream_examine($1 text name, $2 bigint after, $3 bigint last) -> seq, topic, bytes of the events in (after, last]
-- A range and no LIMIT: the plan is right then without statistics, too.
SELECT seq, topic, coalesce(octet_length(payload), 0) AS bytes
FROM stream
WHERE name = $1::text AND seq > $2::bigint AND seq <= $3::bigint
ORDER BY seq
