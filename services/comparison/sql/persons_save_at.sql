-- persons_save_at($1 uuid[] persons, $2 uuid[] households, $3 int8[] their ordinals, 0 = none, $4 bytea[] packed, $5 tid[] where they
--   stand): those that have a row which nobody has written since it was read
UPDATE person p SET household = n.household, ordinal = nullif(n.ordinal, 0), packed = n.packed
  FROM (SELECT unnest($1::uuid[]) AS person, unnest($2::uuid[]) AS household, unnest($3::int8[]) AS ordinal, unnest($4::bytea[]) AS packed,
               unnest($5::tid[]) AS at) n
 WHERE p.ctid = n.at AND p.person = n.person
