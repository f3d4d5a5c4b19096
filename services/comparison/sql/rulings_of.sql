-- rulings_of($1 uuid household, $2 timestamptz known at, $3 date, $4 int8 position, $5 int8 version of a finding, as in rulings_load;
--   all NULL = all that ever was) -> what people decided about it, oldest first
SELECT ruling, person, verb, category, starts, ends, reason, conference, actor, day, known, known_until
  FROM ruling
 WHERE household = $1::uuid
   AND CASE WHEN $2::timestamptz IS NOT NULL THEN known <= $2::timestamptz AND (known_until IS NULL OR known_until > $2::timestamptz)
            WHEN $5::int8 IS NOT NULL THEN after < $5::int8 AND (ended_after IS NULL OR ended_after >= $5::int8)
            WHEN $4::int8 IS NOT NULL
            THEN (position, coalesce(day, '-infinity')) < ($4::int8, $3::date)
                 AND (ended_position IS NULL OR (ended_position, coalesce(ended_on, '-infinity')) >= ($4::int8, $3::date))
            WHEN $3::date IS NOT NULL THEN day <= $3::date AND (ended_on IS NULL OR ended_on > $3::date)
            ELSE true END
 ORDER BY number
