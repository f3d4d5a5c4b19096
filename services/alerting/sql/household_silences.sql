-- household_silences($1 uuid household) -> matter, until, reason, made_by, made_on, ended
SELECT s.matter, s.until, s.reason, s.made_by, s.made_on, s.ended
  FROM silence s
 WHERE s.household = $1::uuid
 ORDER BY s.made_on, s.matter;
