-- shadow_counts($1 text policy, $2 text region prefix) -> by kind, category and township: findings in the shadow, open ones of the
--   policy in force, those that both have, and of these those with other money
WITH s AS (
    SELECT household, kind, category, person, region, monthly FROM shadow_finding
     WHERE policy = $1::text AND starts_with(region, $2::text)
), f AS (
    SELECT household, kind, category, coalesce(person, '00000000-0000-0000-0000-000000000000') AS person, region, monthly
      FROM finding WHERE open AND starts_with(region, $2::text)
)
SELECT kind, category, left(coalesce(s.region, f.region), 9) AS township, count(s.region) AS shadow, count(f.region) AS live,
       count(*) FILTER (WHERE s.region IS NOT NULL AND f.region IS NOT NULL) AS both,
       count(*) FILTER (WHERE s.region IS NOT NULL AND f.region IS NOT NULL AND s.monthly IS DISTINCT FROM f.monthly) AS other_money
  FROM s FULL JOIN f USING (household, kind, category, person)
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
