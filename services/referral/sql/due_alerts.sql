-- due_alerts($1 date day) -> alerts with an offer that should have been answered before this day
SELECT DISTINCT r.alert
  FROM referral r
 WHERE r.state = 'offered' AND NOT r.overdue AND r.due < $1::date
 ORDER BY r.alert;
