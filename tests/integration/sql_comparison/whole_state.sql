-- whole_state() -> what is found, who draws what, and what waits, however it came about
SELECT concat_ws(' ', 'finding', household, kind, category, person, since, coalesce(monthly::text, '-'), coalesce(enrolled::text, '-'),
                 coalesce(overpaid::text, '-'), coalesce(underpaid::text, '-'), from_category, rule, region, encode(digest, 'hex')) AS line
  FROM finding WHERE open
UNION ALL
SELECT concat_ws(' ', 'draws', coalesce(household::text, '-'), coalesce(person::text, '-'), category, code, region, valid_from,
                 coalesce(valid_to::text, '-'), amount, people)
  FROM enrolment
UNION ALL
SELECT concat_ws(' ', 'waits', dataset, sum(records)) FROM waiting GROUP BY dataset
 ORDER BY 1
