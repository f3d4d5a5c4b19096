-- load_alerts($1 uuid[] alerts) -> those alerts, open or closed, as in load_alert
SELECT a.alert, a.version, a.state, a.level, a.overdue, a.household, a.matter, a.region, a.category, a.kind, a.desk,
       a.opened, a.due, a.assignee, a.closed_on, a.closed_reason, a.correlation, a.visit, a.needs, a.visit_level,
       a.snoozed_until
  FROM alert a
 WHERE a.alert = ANY ($1::uuid[])
 ORDER BY a.alert;
