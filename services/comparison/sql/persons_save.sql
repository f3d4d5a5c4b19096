-- persons_save($1 uuid[] persons, $2 uuid[] households, $3 bytea[] packed): those that have a row
UPDATE person p SET household = n.household, packed = n.packed
  FROM (SELECT unnest($1::uuid[]) AS person, unnest($2::uuid[]) AS household, unnest($3::bytea[]) AS packed) n
 WHERE p.person = n.person
