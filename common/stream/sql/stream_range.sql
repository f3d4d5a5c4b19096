-- stream_range($1 text name) -> first, last: 0 when the stream is empty
SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last FROM stream WHERE name = $1::text
