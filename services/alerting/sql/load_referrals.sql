-- load_referrals($1 uuid[] alerts) -> referral, alert, need, state, version of these alerts
SELECT r.referral, r.alert, r.need, r.state, r.version
  FROM referral r
 WHERE r.alert = ANY ($1::uuid[])
 ORDER BY r.referral;
