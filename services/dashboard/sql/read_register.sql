-- read_register($1 date day, $2 text region) -> category, households, people; region '' is everything
SELECT category, sum(households)::bigint AS households, sum(people)::bigint AS people
  FROM register_count
 WHERE day = $1::date
   AND CASE WHEN $2::text = '' THEN region = '' ELSE region <> '' AND starts_with(region, $2::text) END
 GROUP BY category
 ORDER BY category;
