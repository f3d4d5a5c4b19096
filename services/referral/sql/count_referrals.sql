-- count_referrals() -> state, referrals, overdue among them
SELECT r.state, count(*), count(*) FILTER (WHERE r.overdue)
  FROM referral r
 GROUP BY r.state
 ORDER BY r.state;
