-- position_at($1 date received, $2 timestamptz at) -> last facts event known then; one of the two is NULL
SELECT coalesce(max(seq), 0)::int8 FROM facts_event
 WHERE ($1::date IS NULL OR received <= $1::date) AND ($2::timestamptz IS NULL OR at <= $2::timestamptz)
