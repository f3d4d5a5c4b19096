-- shadow_differences($1 text policy, $2 text region prefix, $3 int8 limit) -> findings that only one side has, or with other money
WITH s AS (
    SELECT household, kind, category, person, region, since, monthly FROM shadow_finding
     WHERE policy = $1::text AND starts_with(region, $2::text)
), f AS (
    SELECT household, kind, category, coalesce(person, '00000000-0000-0000-0000-000000000000') AS person, region, since, monthly
      FROM finding WHERE open AND starts_with(region, $2::text)
)
SELECT household, kind, category, nullif(person, '00000000-0000-0000-0000-000000000000') AS person,
       coalesce(s.region, f.region) AS region, s.since AS shadow_since, s.monthly AS shadow_monthly, f.since AS live_since,
       f.monthly AS live_monthly, s.region IS NOT NULL AS in_shadow, f.region IS NOT NULL AS in_live
  FROM s FULL JOIN f USING (household, kind, category, person)
 WHERE s.region IS NULL OR f.region IS NULL OR s.monthly IS DISTINCT FROM f.monthly
 ORDER BY household, kind, category, person LIMIT $3::int8
