-- read_referral_states($1 text region) -> state, referrals
SELECT state, count(*)::bigint AS referrals
  FROM referral
 WHERE starts_with(region, $1::text)
 GROUP BY state
 ORDER BY state;
