-- stream_next_of_topics($1 text name, $2 text[] topics, $3 bigint after) -> seq of the next event under any of them, or null
SELECT min(n.seq) AS seq
FROM unnest($2::text[]) AS t (topic)
CROSS JOIN LATERAL (
    SELECT s.seq FROM stream s
    WHERE s.name = $1::text AND s.topic = t.topic AND s.seq > $3::bigint
    ORDER BY s.seq LIMIT 1
) n
