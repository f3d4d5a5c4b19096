-- register_stock($1 date day, $2 text region prefix) -> enrolments in force on the day by township (first 9 digits), category and
--   whether the person is in no household; a household counts once in a category
SELECT left(region, 9) AS township, category, household IS NULL AS lost, count(DISTINCT coalesce(household, holder)) AS households,
       sum(people)::int8 AS people, sum(amount)::int8 AS amount
  FROM enrolment
 WHERE valid_from <= $1::date AND (valid_to IS NULL OR valid_to > $1::date) AND starts_with(region, $2::text)
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
