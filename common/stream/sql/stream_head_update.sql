-- stream_head_update($1 text name, $2 bigint from_seq, $3 bigint to_seq) -> one row for each matter that these events moved
INSERT INTO stream_head (name, matter, seq, open)
SELECT DISTINCT ON (matter) name, matter, seq, NOT closes
FROM stream
WHERE name = $1::text AND seq BETWEEN $2::bigint AND $3::bigint AND matter IS NOT NULL
ORDER BY matter, seq DESC
ON CONFLICT (name, matter) DO UPDATE SET seq = excluded.seq, open = excluded.open
