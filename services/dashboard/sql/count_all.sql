-- count_all() -> findings, alerts, referrals, events witnessed
SELECT (SELECT count(*) FROM finding)::bigint, (SELECT count(*) FROM alert)::bigint, (SELECT count(*) FROM referral)::bigint,
       (SELECT coalesce(sum(events), 0) FROM witness)::bigint;
