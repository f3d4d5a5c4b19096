-- stream_topics($1 text name, $2 text from_topic, $3 text before_topic) -> the distinct topics in a range, each by one step in
-- the index instead of by reading all events
WITH RECURSIVE step AS (
    (SELECT topic FROM stream
     WHERE name = $1::text AND topic >= $2::text AND topic < $3::text
     ORDER BY topic LIMIT 1)
    UNION ALL
    SELECT (SELECT s.topic FROM stream s
            WHERE s.name = $1::text AND s.topic > step.topic AND s.topic < $3::text
            ORDER BY s.topic LIMIT 1)
    FROM step
    WHERE step.topic IS NOT NULL
)
SELECT topic FROM step WHERE topic IS NOT NULL
