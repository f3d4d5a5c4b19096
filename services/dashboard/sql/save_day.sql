-- save_day($1 date day, $2 int8 seq) -> the day
INSERT INTO day (day, seq) VALUES ($1::date, $2::bigint)
ON CONFLICT (day) DO UPDATE SET seq = excluded.seq;
