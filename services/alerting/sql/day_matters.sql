-- day_matters($1 date day) -> matters that the new day may change: overdue, lapsed, or no longer silenced
SELECT a.household, a.matter
  FROM alert a
 WHERE a.state IN ('open', 'acknowledged', 'assigned') AND NOT a.overdue
   AND a.due < $1::date AND (a.snoozed_until IS NULL OR a.snoozed_until < $1::date)
UNION
SELECT a.household, a.matter
  FROM alert a
 WHERE a.state = 'assigned' AND a.due < $1::date
   AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.alert = a.alert AND f.state <> 'withdrawn')
UNION
SELECT s.household, s.matter
  FROM silence s
 WHERE NOT s.ended AND s.until < $1::date
 ORDER BY 1, 2;
