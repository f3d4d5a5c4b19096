-- findings_load($1 int8[] ordinals of households, $2 date first day of the month) -> open ones, and those of this month that may open
--   again
SELECT finding, household, person, kind, category, rule, from_category, region, open, version, opened, since,
       monthly, enrolled, overpaid, digest, underpaid, basis
  FROM finding
 WHERE ordinal = ANY ($1::int8[]) AND (open OR opened >= $2::date)
 ORDER BY ordinal, kind, category, person, finding
