-- count_places() -> programme, referrals that hold a place of it
SELECT r.programme, count(*)
  FROM referral r
 WHERE r.state IN ('offered', 'accepted')
 GROUP BY r.programme;
