-- stream_events($1 text name, $2 bigint[] seqs) -> seq, id, type, topic, time_us, payload, payload_hash, erased of these events
SELECT seq, id, type, topic, time_us, payload, payload_hash, erased
FROM stream
WHERE name = $1::text AND seq = ANY ($2::bigint[])
ORDER BY seq
