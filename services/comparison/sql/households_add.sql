-- households_add($1 uuid[] households, $2 text[] regions, $3 int8[] closed, $4 date[] next days, $5 bytea[] packed): new ones
INSERT INTO household (household, region, closed, next_day, packed)
SELECT n.household, n.region, n.closed <> 0, n.next_day, n.packed
  FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::date[], $5::bytea[]) AS n (household, region, closed, next_day, packed)
