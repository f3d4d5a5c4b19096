-- households_enrolled_after($1 uuid after, $2 text region, $3 int8 limit, $4 text[] categories) -> households in the order of their ids
--   in which somebody is or was enrolled in one of the categories
SELECT household, next_day, packed FROM household
 WHERE household > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') AND starts_with(region, $2::text)
   AND household IN (SELECT e.household FROM enrolment e WHERE e.category = ANY ($4::text[]))
 ORDER BY household LIMIT $3::int8
