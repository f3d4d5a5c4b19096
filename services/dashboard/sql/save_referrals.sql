-- save_referrals($1 uuid[] referral, $2 int8[] version, $3 text[] state, $4 uuid[] alert, $5 uuid[] household,
--   $6 text[] region, $7 int8[] seq, $8 text[] data) -> referrals
WITH newest AS (
    SELECT DISTINCT ON (referral) *
      FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[])
           AS t (referral, version, state, alert, household, region, seq, data)
     ORDER BY referral, version DESC, seq DESC
)
INSERT INTO referral AS r (referral, version, state, alert, household, region, seq, data)
SELECT n.referral, n.version, n.state, n.alert, n.household, n.region, n.seq, n.data
  FROM newest n
ON CONFLICT (referral) DO UPDATE
   SET version = excluded.version, state = excluded.state, alert = excluded.alert, household = excluded.household,
       region = excluded.region, seq = excluded.seq, data = excluded.data
 WHERE excluded.version >= r.version;
