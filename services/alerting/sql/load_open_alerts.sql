-- load_open_alerts($1 uuid[] households, $2 text[] matters) -> the open alert of each matter, as in load_alert
SELECT a.alert, a.version, a.state, a.level, a.overdue, a.household, a.matter, a.region, a.category, a.kind, a.desk,
       a.opened, a.due, a.assignee, a.closed_on, a.closed_reason, a.correlation, a.visit, a.needs, a.visit_level,
       a.snoozed_until
  FROM unnest($1::uuid[], $2::text[]) AS t (household, matter)
  JOIN alert a ON a.household = t.household AND a.matter = t.matter AND a.state <> 'closed';
