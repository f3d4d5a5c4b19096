-- households_add($1 int8[] ordinals, $2 uuid[] households, $3 text[] regions, $4 int8[] closed, $5 date[] next days, $6 bytea[] packed):
--   new ones
INSERT INTO household (ordinal, household, region, closed, next_day, packed)
SELECT n.ordinal, n.household, n.region, n.closed <> 0, n.next_day, n.packed
  FROM unnest($1::int8[], $2::uuid[], $3::text[], $4::int8[], $5::date[], $6::bytea[])
       AS n (ordinal, household, region, closed, next_day, packed)
