-- load_alert($1 uuid alert) -> the alert, open or closed
SELECT a.alert, a.version, a.state, a.level, a.overdue, a.household, a.matter, a.region, a.category, a.kind, a.desk,
       a.opened, a.due, a.assignee, a.closed_on, a.closed_reason, a.correlation, a.visit, a.needs, a.visit_level,
       a.snoozed_until
  FROM alert a
 WHERE a.alert = $1::uuid;
