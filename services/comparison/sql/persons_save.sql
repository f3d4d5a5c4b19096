-- persons_save($1 uuid[] persons, $2 uuid[] households, $3 bytea[] packed): those that have a row
UPDATE person p SET household = n.household, packed = n.packed
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS n (person, household, packed)
 WHERE p.person = n.person
