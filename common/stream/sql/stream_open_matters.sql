-- stream_open_matters($1 text name, $2 uuid after, $3 bigint rows) -> matter, seq, topic, bytes of the next open matters
SELECT h.matter, s.seq, s.topic, coalesce(octet_length(s.payload), 0) AS bytes
FROM stream_head h
JOIN stream s ON s.name = h.name AND s.seq = h.seq
WHERE h.name = $1::text AND h.open
  AND h.matter > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'::uuid)
ORDER BY h.matter
LIMIT $3::bigint
