-- read_alert($1 uuid alert) -> the alert as published, and as in list_alerts
SELECT a.alert, a.version, a.state, a.level, a.household, a.region, a.category, a.kind, a.opened, a.due, a.overdue,
       a.first_seq, a.seq, f.since, f.monthly_money, f.enrolled_money, f.overpaid, f.margin, a.data
  FROM alert a
  LEFT JOIN finding f ON f.finding = a.lead
 WHERE a.alert = $1::uuid;
