-- load_by_alert($1 uuid[] alerts) -> all referrals of these alerts
SELECT r.referral, r.version, r.state, r.alert, r.household, r.correlation, r.previous, r.number, r.region, r.need, r.category,
       r.programme, r.organisation, r.reason, r.outcome, r.amount::text, r.delivered_on, r.offered, r.due, r.overdue,
       r.made
  FROM referral r
 WHERE r.alert = ANY ($1::uuid[])
 ORDER BY r.alert, r.need, r.number;
