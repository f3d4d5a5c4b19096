-- households_enrolled_after($1 int8 after, $2 text region, $3 int8 limit, $4 text[] categories) -> households in the order of their
--   ordinals in which somebody is or was enrolled in one of the categories
SELECT household, next_day, packed, ordinal FROM household
 WHERE ordinal > $1::int8 AND starts_with(region, $2::text)
   AND household IN (SELECT e.household FROM enrolment e WHERE e.category = ANY ($4::text[]))
 ORDER BY ordinal LIMIT $3::int8
