-- findings_save($1 uuid[] findings, $2 uuid[] households, $3 uuid[] persons, $4 text[] kinds, $5 text[] categories,
--   $6 text[] rules, $7 text[] from categories, $8 text[] regions, $9 int8[] open, $10 int8[] versions, $11 date[] opened,
--   $12 date[] since, $13 int8[] monthly, $14 int8[] enrolled, $15 int8[] overpaid, $16 bytea[] digests,
--   $17 int8[] underpaid, $18 bytea[] bases, $19 int8[] ordinals of the households);
--   the least int8 stands for money that does not apply
INSERT INTO finding AS f (finding, household, person, kind, category, rule, from_category, region, open, version, opened,
                          since, monthly, enrolled, overpaid, digest, underpaid, basis, ordinal)
SELECT n.finding, n.household, n.person, n.kind, n.category, n.rule,
       n.from_category, n.region, n.open <> 0, n.version, n.opened, n.since,
       nullif(n.monthly, -9223372036854775808), nullif(n.enrolled, -9223372036854775808),
       nullif(n.overpaid, -9223372036854775808), n.digest,
       nullif(n.underpaid, -9223372036854775808), n.basis, n.ordinal
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int8[],
              $10::int8[], $11::date[], $12::date[], $13::int8[], $14::int8[], $15::int8[], $16::bytea[],
              $17::int8[], $18::bytea[], $19::int8[])
       AS n (finding, household, person, kind, category, rule, from_category, region, open, version, opened, since, monthly,
             enrolled, overpaid, digest, underpaid, basis, ordinal)
    ON CONFLICT (finding) DO UPDATE
   SET person = excluded.person, rule = excluded.rule, from_category = excluded.from_category, region = excluded.region, open = excluded.open,
       version = excluded.version, opened = excluded.opened, since = excluded.since, monthly = excluded.monthly,
       enrolled = excluded.enrolled, overpaid = excluded.overpaid, digest = excluded.digest,
       underpaid = excluded.underpaid, basis = excluded.basis
