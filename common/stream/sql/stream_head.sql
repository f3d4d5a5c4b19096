-- stream_head($1 text name) -> seq, hash of the last event; no row when there is none
SELECT seq, hash FROM stream WHERE name = $1::text ORDER BY seq DESC LIMIT 1
