-- households_after($1 int8 after, $2 text region, $3 int8 limit) -> households in the order of their ordinals, region '' = all
SELECT household, next_day, packed, ordinal FROM household
 WHERE ordinal > $1::int8 AND starts_with(region, $2::text)
 ORDER BY ordinal LIMIT $3::int8
