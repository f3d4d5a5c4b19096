-- persons_add($1 uuid[] persons, $2 uuid[] households, $3 bytea[] packed): new ones
INSERT INTO person (person, household, packed)
SELECT n.person, n.household, n.packed
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS n (person, household, packed)
