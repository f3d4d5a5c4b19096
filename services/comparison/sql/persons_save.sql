-- persons_save($1 uuid[] persons, $2 uuid[] households, $3 bytea[] packed)
INSERT INTO person AS p (person, household, packed)
SELECT n.person, n.household, n.packed
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS n (person, household, packed)
    ON CONFLICT (person) DO UPDATE SET household = excluded.household, packed = excluded.packed
