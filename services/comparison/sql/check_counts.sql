-- check_counts($1 date first day, $2 date day after the last, $3 text region) -> by township, and of all (NULL): households and people
--   that were checked, first checks, checks again, objections
WITH checked AS (
    SELECT report, left(region, 9) AS township, household, people, earlier
      FROM check_report
     WHERE day >= $1::date AND day < $2::date AND starts_with(region, $3::text)
), persons AS (
    SELECT c.township, count(DISTINCT p.person) AS people
      FROM checked c CROSS JOIN unnest(c.people) AS p (person)
     GROUP BY GROUPING SETS ((c.township), ())
), objections AS (
    SELECT left(r.region, 9) AS township, count(*) AS n
      FROM check_act a JOIN check_report r USING (report)
     WHERE a.what = 'objected' AND a.day >= $1::date AND a.day < $2::date AND starts_with(r.region, $3::text)
     GROUP BY GROUPING SETS ((left(r.region, 9)), ())
), counted AS (
    SELECT township, count(DISTINCT household) AS households, count(*) FILTER (WHERE earlier IS NULL) AS first,
           count(*) FILTER (WHERE earlier IS NOT NULL) AS again
      FROM checked
     GROUP BY GROUPING SETS ((township), ())
), places AS (
    SELECT township FROM counted UNION SELECT township FROM objections
)
SELECT l.township, coalesce(c.households, 0)::int8 AS households, coalesce(p.people, 0)::int8 AS people, coalesce(c.first, 0)::int8 AS first,
       coalesce(c.again, 0)::int8 AS again, coalesce(o.n, 0)::int8 AS objections
  FROM places l
  LEFT JOIN counted c ON c.township IS NOT DISTINCT FROM l.township
  LEFT JOIN persons p ON p.township IS NOT DISTINCT FROM l.township
  LEFT JOIN objections o ON o.township IS NOT DISTINCT FROM l.township
 ORDER BY l.township NULLS LAST
