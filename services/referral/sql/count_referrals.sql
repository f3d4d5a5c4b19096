-- count_referrals() -> state, referrals, those of them whose answer is overdue; one that came late is not any more
SELECT r.state, count(*), count(*) FILTER (WHERE r.overdue AND r.state = 'offered')
  FROM referral r
 GROUP BY r.state
 ORDER BY r.state;
