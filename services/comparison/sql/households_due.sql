-- households_due($1 date day, $2 int8 limit) -> the first households that time alone may change on this day
SELECT household, next_day, packed, ordinal FROM household
 WHERE next_day <= $1::date
 ORDER BY next_day, ordinal LIMIT $2::int8
