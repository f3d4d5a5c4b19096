-- shadow_findings_save($1 text policy, $2 date day, $3 uuid[] households, $4 text[] kinds, $5 text[] categories, $6 uuid[] persons,
--   $7 text[] rules, $8 text[] regions, $9 date[] since, $10 int8[] monthly, $11 int8[] enrolled) -> how many are new; the least
--   int8 stands for money that does not apply
WITH saved AS (
    INSERT INTO shadow_finding AS f (policy, household, kind, category, person, rule, region, since, monthly, enrolled)
    SELECT $1::text, n.household, n.kind, n.category, coalesce(n.person, '00000000-0000-0000-0000-000000000000'), n.rule, n.region,
           coalesce(n.since, $2::date), nullif(n.monthly, -9223372036854775808), nullif(n.enrolled, -9223372036854775808)
      FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::date[], $10::int8[], $11::int8[])
           AS n (household, kind, category, person, rule, region, since, monthly, enrolled)
        ON CONFLICT (policy, household, kind, category, person) DO UPDATE
       SET rule = excluded.rule, region = excluded.region, since = excluded.since, monthly = excluded.monthly, enrolled = excluded.enrolled
     WHERE (f.rule, f.region, f.since, f.monthly, f.enrolled)
           IS DISTINCT FROM (excluded.rule, excluded.region, excluded.since, excluded.monthly, excluded.enrolled)
    RETURNING (xmax = 0) AS fresh
)
SELECT count(*) FILTER (WHERE fresh) AS fresh FROM saved
