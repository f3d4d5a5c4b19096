-- moment_at($1 timestamptz at) -> last facts event applied by then, the business day of then (NULL: none had begun)
SELECT (SELECT coalesce(max(seq), 0)::int8 FROM facts_event WHERE at <= $1::timestamptz),
       (SELECT max(day) FROM business_day WHERE at <= $1::timestamptz)
