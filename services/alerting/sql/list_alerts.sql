-- list_alerts($1 text state, $2 text region, $3 uuid after, $4 int8 limit, $5 text[] regions of the key) -> alerts by id
-- NULL state: all that are not closed; '*' in $5: every region.
SELECT a.alert, a.version, a.state, a.level, a.overdue, a.household, a.matter, a.region, a.category, a.kind, a.desk,
       a.opened, a.due, a.assignee, a.closed_on, a.closed_reason, a.correlation, a.visit, a.needs, a.visit_level,
       a.snoozed_until
  FROM alert a
 WHERE ($1::text IS NULL AND a.state <> 'closed' OR a.state = $1::text)
   AND ($2::text IS NULL OR starts_with(a.region, $2::text))
   AND ($3::uuid IS NULL OR a.alert > $3::uuid)
   AND EXISTS (SELECT 1 FROM unnest($5::text[]) AS r (prefix) WHERE r.prefix = '*' OR starts_with(a.region, r.prefix))
 ORDER BY a.alert
 LIMIT $4::bigint;
