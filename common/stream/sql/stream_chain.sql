-- stream_chain($1 text name) -> seq, type, topic, time_us, payload, payload_hash, hash from the first event on
SELECT seq, type, topic, time_us, payload, payload_hash, hash
FROM stream
WHERE name = $1::text
ORDER BY seq
