-- rows_from($1 text name, $2 bigint seq) -> seq, type, topic, time_us, payload, hash
SELECT seq, type, topic, time_us, payload, hash FROM stream WHERE name = $1::text AND seq >= $2::bigint ORDER BY seq
