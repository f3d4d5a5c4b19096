-- list_referrals($1 text state, $2 text region, $3 uuid after, $4 int8 limit, $5 text[] regions of the key,
--   $6 text[] organisations of the key) -> referrals by id
-- NULL state: all that are not final. $6 NULL: a bureau's key, narrowed by $5; else a provider's, narrowed by $6 alone.
SELECT r.referral, r.version, r.state, r.alert, r.household, r.correlation, r.previous, r.number, r.region, r.need, r.category,
       r.programme, r.organisation, r.reason, r.outcome, r.amount::text, r.delivered_on, r.offered, r.due, r.overdue,
       r.made
  FROM referral r
 WHERE ($1::text IS NULL AND r.state NOT IN ('declined', 'confirmed', 'cancelled') OR r.state = $1::text)
   AND ($2::text IS NULL OR starts_with(r.region, $2::text))
   AND ($3::uuid IS NULL OR r.referral > $3::uuid)
   AND CASE WHEN $6::text[] IS NULL
            THEN EXISTS (SELECT 1 FROM unnest($5::text[]) AS k (prefix) WHERE k.prefix = '*' OR starts_with(r.region, k.prefix))
            ELSE r.organisation = ANY ($6::text[]) END
 ORDER BY r.referral
 LIMIT $4::bigint;
