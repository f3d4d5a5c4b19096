-- changed_alerts($1 int8 after, $2 int8 limit) -> alerts heard of since, in the order of the stream; columns of list_alerts
SELECT a.alert, a.version, a.state, a.level, a.household, a.region, a.category, a.kind, a.opened, a.due, a.overdue,
       a.first_seq, a.seq, f.since, f.monthly_money, f.enrolled_money, f.overpaid, f.margin
  FROM alert a
  LEFT JOIN finding f ON f.finding = a.lead
 WHERE a.seq > $1::bigint
 ORDER BY a.seq
 LIMIT $2::bigint;
