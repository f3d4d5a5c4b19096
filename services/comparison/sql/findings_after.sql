-- findings_after($1 uuid after, $2 int8 limit, $3 date first day of the month) -> as findings_load, of the households that
--   households_after brings for all regions
SELECT finding, household, person, kind, category, rule, from_category, region, open, version, opened, since,
       monthly, enrolled, overpaid, digest, underpaid, basis
  FROM finding
 WHERE household > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
   AND household <= (SELECT h.household FROM (SELECT a.household FROM household a
                                               WHERE a.household > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
                                               ORDER BY a.household LIMIT $2::int8) h
                      ORDER BY h.household DESC LIMIT 1)
   AND (open OR opened >= $3::date)
 ORDER BY household, kind, category, person, finding
