-- findings_after($1 int8 after, $2 int8 limit, $3 date first day of the month) -> as findings_load, of the households that
--   households_after brings for all regions
SELECT finding, household, person, kind, category, rule, from_category, region, open, version, opened, since,
       monthly, enrolled, overpaid, digest, underpaid, basis
  FROM finding
 WHERE ordinal > $1::int8
   AND ordinal <= (SELECT h.ordinal FROM (SELECT a.ordinal FROM household a WHERE a.ordinal > $1::int8 ORDER BY a.ordinal LIMIT $2::int8) h
                    ORDER BY h.ordinal DESC LIMIT 1)
   AND (open OR opened >= $3::date)
 ORDER BY ordinal, kind, category, person, finding
