-- household_referrals($1 uuid household) -> all referrals of a household, oldest first
SELECT r.referral, r.version, r.state, r.alert, r.household, r.correlation, r.previous, r.number, r.region, r.need, r.category,
       r.programme, r.organisation, r.reason, r.outcome, r.amount::text, r.delivered_on, r.offered, r.due, r.overdue,
       r.made
  FROM referral r
 WHERE r.household = $1::uuid
 ORDER BY r.made, r.alert, r.need, r.number;
