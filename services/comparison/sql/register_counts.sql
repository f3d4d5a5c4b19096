-- register_counts($1 date day, $2 text region prefix) -> enrolments in force on the day, by category, then by category and
--   code, then by township (first 9 digits) and category
SELECT CASE WHEN grouping(left(region, 9)) = 0 THEN 2 WHEN grouping(code) = 0 THEN 1 ELSE 0 END AS level,
       left(region, 9) AS township, category, code,
       count(DISTINCT coalesce(household, holder)) AS households, sum(people)::int8 AS people
  FROM enrolment
 WHERE valid_from <= $1::date AND (valid_to IS NULL OR valid_to > $1::date) AND starts_with(region, $2::text)
 GROUP BY GROUPING SETS ((category), (category, code), (left(region, 9), category))
 ORDER BY 1, 2, 3, 4
