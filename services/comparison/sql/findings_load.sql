-- findings_load($1 uuid[] households, $2 date first day of the month) -> open ones, and those of this month that may open again
SELECT finding, household, person, kind, category, rule, from_category, region, open, version, opened, since,
       monthly, enrolled, overpaid, digest, underpaid, basis
  FROM finding
 WHERE household = ANY ($1::uuid[]) AND (open OR opened >= $2::date)
 ORDER BY household, kind, category, person, finding
