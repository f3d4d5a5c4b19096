-- position_at($1 date business day, $2 timestamptz at) -> last facts event applied by then; one of the two is NULL
SELECT coalesce(max(seq), 0)::int8 FROM facts_event
 WHERE ($1::date IS NULL OR day IS NULL OR day <= $1::date) AND ($2::timestamptz IS NULL OR at <= $2::timestamptz)
