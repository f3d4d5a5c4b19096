-- findings_range($1 uuid first household, $2 uuid last, $3 date first day of the month) -> as findings_load, for households in order
SELECT finding, household, person, kind, category, rule, from_category, region, open, version, opened, since,
       monthly, enrolled, overpaid, digest, underpaid, basis
  FROM finding
 WHERE household BETWEEN $1::uuid AND $2::uuid AND (open OR opened >= $3::date)
 ORDER BY household, kind, category, person, finding
