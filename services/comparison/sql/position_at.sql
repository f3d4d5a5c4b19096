-- position_at($1 date business day) -> last facts event applied by its end
SELECT coalesce(max(seq), 0)::int8 FROM facts_event WHERE day IS NULL OR day <= $1::date
