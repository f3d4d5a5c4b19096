-- persons_add($1 uuid[] persons, $2 uuid[] households, $3 int8[] their ordinals, 0 = none, $4 bytea[] packed): new ones
INSERT INTO person (person, household, ordinal, packed)
SELECT n.person, n.household, nullif(n.ordinal, 0), n.packed
  FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::bytea[]) AS n (person, household, ordinal, packed)
