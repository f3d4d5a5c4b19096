-- households_after($1 uuid after, $2 text region, $3 int8 limit) -> households in the order of their ids, region '' = all
SELECT household, next_day, packed FROM household
 WHERE household > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') AND starts_with(region, $2::text)
 ORDER BY household LIMIT $3::int8
