-- shadow_findings_drop($1 text policy, $2 uuid[] households assessed, $3 uuid[] households, $4 text[] kinds, $5 text[] categories,
--   $6 uuid[] persons of the findings that hold): what holds no longer goes
DELETE FROM shadow_finding s
 WHERE s.policy = $1::text AND s.household = ANY ($2::uuid[])
   AND NOT EXISTS (SELECT FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[]) AS n (household, kind, category, person)
                    WHERE n.household = s.household AND n.kind = s.kind AND n.category = s.category
                      AND coalesce(n.person, '00000000-0000-0000-0000-000000000000') = s.person)
