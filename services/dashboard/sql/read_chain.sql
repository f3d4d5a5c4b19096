-- read_chain($1 uuid household) -> what, on, data: findings, alerts and referrals of a household, the oldest first
SELECT what, on_day, data
  FROM (SELECT 'finding' AS what, since AS on_day, 1 AS rank, opened_seq AS place, data FROM finding WHERE household = $1::uuid
        UNION ALL
        SELECT 'alert', opened, 2, first_seq, data FROM alert WHERE household = $1::uuid
        UNION ALL
        SELECT 'referral', NULL, 3, seq, data FROM referral WHERE household = $1::uuid) AS entry
 ORDER BY on_day NULLS LAST, rank, place;
