-- read_townships($1 date day, $2 text region) -> township, category, households, people
SELECT region AS township, category, households, people
  FROM register_count
 WHERE day = $1::date AND region <> '' AND starts_with(region, $2::text)
 ORDER BY region, category;
