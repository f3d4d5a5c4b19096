-- register_counts($1 date day, $2 text region prefix) -> enrolments in force on the day, by category, then by category and
--   code, then by township (first 9 digits) and category; a household counts once in a category
WITH in_force AS MATERIALIZED (
    SELECT left(region, 9) AS township, category, code, coalesce(household, holder) AS home, people
      FROM enrolment
     WHERE valid_from <= $1::date AND (valid_to IS NULL OR valid_to > $1::date) AND starts_with(region, $2::text)
), homes AS MATERIALIZED (
    SELECT township, category, home, sum(people) AS people FROM in_force GROUP BY township, category, home
)
SELECT 0 AS level, NULL::text AS township, category, NULL::text AS code, count(*) AS households, sum(people)::int8 AS people
  FROM homes GROUP BY category
 UNION ALL
SELECT 1, NULL, category, code, count(*), sum(people)::int8 FROM in_force WHERE code <> '' GROUP BY category, code
 UNION ALL
SELECT 2, township, category, NULL, count(*), sum(people)::int8 FROM homes WHERE township <> '' GROUP BY township, category
 ORDER BY 1, 2, 3, 4
