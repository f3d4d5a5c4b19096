-- same_state() -> open findings by what they say, however they came about
SELECT concat_ws(' ', household, kind, category, person, since, monthly, enrolled, overpaid, from_category, rule, region) AS line
  FROM finding WHERE open
 ORDER BY 1
