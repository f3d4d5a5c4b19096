-- state() -> open findings by business keys, one line each
SELECT concat_ws(' ', household, kind, category, person, opened, since, monthly, enrolled, overpaid, from_category, rule, region,
                 encode(digest, 'hex')) AS line
  FROM finding WHERE open
 ORDER BY 1
