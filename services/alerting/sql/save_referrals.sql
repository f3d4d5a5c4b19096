-- save_referrals($1 uuid[] referral, $2 uuid[] alert, $3 text[] need, $4 text[] state, $5 int8[] version) -> upserted rows
INSERT INTO referral AS r (referral, alert, need, state, version)
SELECT t.referral, t.alert, t.need, t.state, t.version
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[]) AS t (referral, alert, need, state, version)
ON CONFLICT (referral) DO UPDATE SET need = excluded.need, state = excluded.state, version = excluded.version;
