-- save_referrals($1 uuid[] referral, $2 int8[] version, $3 text[] state, $4 uuid[] alert, $5 uuid[] household,
--   $6 uuid[] correlation, $7 uuid[] previous, $8 int8[] number, $9 text[] region, $10 text[] need, $11 text[] category,
--   $12 text[] programme, $13 text[] organisation, $14 text[] reason, $15 text[] outcome, $16 text[] amount,
--   $17 date[] delivered_on, $18 date[] offered, $19 date[] due, $20 int8[] overdue, $21 date[] made) -> upserted rows
-- Final ones come first in the arrays: the unique index on open referrals is checked row by row.
INSERT INTO referral AS r (referral, version, state, alert, household, correlation, previous, number, region, need, category,
                           programme, organisation, reason, outcome, amount, delivered_on, offered, due, overdue,
                           made)
SELECT t.referral, t.version, t.state, t.alert, t.household, t.correlation, t.previous, t.number, t.region, t.need,
       t.category, t.programme, t.organisation, t.reason, t.outcome, t.amount::numeric, t.delivered_on, t.offered, t.due,
       t.overdue = 1, t.made
  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bigint[], $9::text[],
              $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::date[],
              $18::date[], $19::date[], $20::bigint[], $21::date[])
       AS t (referral, version, state, alert, household, correlation, previous, number, region, need, category, programme,
             organisation, reason, outcome, amount, delivered_on, offered, due, overdue, made)
ON CONFLICT (referral) DO UPDATE
   SET version = excluded.version, state = excluded.state, region = excluded.region, programme = excluded.programme,
       organisation = excluded.organisation, reason = excluded.reason, outcome = excluded.outcome, amount = excluded.amount,
       delivered_on = excluded.delivered_on, offered = excluded.offered, due = excluded.due, overdue = excluded.overdue;
