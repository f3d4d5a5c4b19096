-- households_save($1 int8[] ordinals, $2 text[] regions, $3 int8[] closed, $4 date[] next days, $5 bytea[] packed): those that have
--   a row
UPDATE household h SET region = n.region, closed = n.closed <> 0, next_day = n.next_day, packed = n.packed
  FROM unnest($1::int8[], $2::text[], $3::int8[], $4::date[], $5::bytea[]) AS n (ordinal, region, closed, next_day, packed)
 WHERE h.ordinal = n.ordinal
