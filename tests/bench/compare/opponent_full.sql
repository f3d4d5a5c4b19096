-- The full comparison as one statement over all facts.  The day is 2024-02-20: the window is February 2023 to January 2024, the
-- standard 790 yuan.  Kinds: 1 wage, 2 pension, 6 dwelling, 7 vehicle, 8 deposit, from 20 on who is not counted (dead, tekun, in
-- prison …).
WITH fact AS (
    SELECT household, person, kind, value, from_day <= DATE '2024-02-20' AND DATE '2024-02-20' < to_day AS in_force,
           CASE WHEN kind <= 2 THEN greatest(0, (least(to_day, DATE '2024-02-01') - greatest(from_day, DATE '2023-02-01') + 15) * 12 / 365)
           END AS months
      FROM opponent.fact
), member AS (
    SELECT household, person, sum(months * value) FILTER (WHERE kind = 1) AS wages, sum(months * value) FILTER (WHERE kind = 2) AS pension,
           sum(value) FILTER (WHERE kind = 6 AND in_force) AS dwellings, sum(value) FILTER (WHERE kind = 7 AND in_force) AS vehicles,
           sum(value) FILTER (WHERE kind = 8 AND in_force) AS deposits, count(*) FILTER (WHERE kind <= 2) AS incomes,
           count(*) FILTER (WHERE kind >= 20 AND in_force) AS absent
      FROM fact GROUP BY household, person
), home AS (
    SELECT household, count(*) FILTER (WHERE coalesce(absent, 0) = 0) AS counted,
           coalesce(sum(coalesce(wages, 0) - floor((coalesce(wages, 0) + 5) / 10) + coalesce(pension, 0))
                    FILTER (WHERE coalesce(absent, 0) = 0), 0) AS income,
           coalesce(sum(incomes), 0) > 0 AS known, coalesce(sum(dwellings), 0) <= 1 AND coalesce(sum(vehicles), 0) = 0 AS property,
           coalesce(sum(deposits), 0) AS deposits
      FROM opponent.person LEFT JOIN member USING (household, person)
     GROUP BY household
), line AS (
    SELECT household, income, 12 * 79000 * counted AS line, known AND counted > 0 AND property AND deposits <= 24 * 79000 * counted AS may
      FROM home
)
SELECT household, may AND income < line AS dibao, may AND income >= line AND income < line * 1.5 AS marginal,
       CASE WHEN may AND income < line THEN ceil((line - income) / 1200.0)::int8 * 100 ELSE 0 END AS amount
  FROM line
