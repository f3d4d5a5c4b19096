-- rulings_load($1 uuid[] households, $2 timestamptz known at, $3 date known by the end of, $4 int8 position before which (where it
--   is the same: before the date), $5 int8 version of a finding before which, all NULL = now) -> what counts of what people decided
--   about them
SELECT ruling, household, person, verb, category, starts, ends, number
  FROM ruling
 WHERE household = ANY ($1::uuid[])
   AND CASE WHEN $2::timestamptz IS NOT NULL THEN known <= $2::timestamptz AND (known_until IS NULL OR known_until > $2::timestamptz)
            WHEN $5::int8 IS NOT NULL THEN after < $5::int8 AND (ended_after IS NULL OR ended_after >= $5::int8)
            WHEN $4::int8 IS NOT NULL
            THEN (position, coalesce(day, '-infinity')) < ($4::int8, $3::date)
                 AND (ended_position IS NULL OR (ended_position, coalesce(ended_on, '-infinity')) >= ($4::int8, $3::date))
            WHEN $3::date IS NOT NULL THEN day <= $3::date AND (ended_on IS NULL OR ended_on > $3::date)
            ELSE known_until IS NULL END
 ORDER BY household, starts, category, person, verb, ruling
