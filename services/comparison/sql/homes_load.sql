-- homes_load($1 uuid[] households) -> the people at home there, as persons_load
SELECT person, household, packed, ctid FROM person WHERE household = ANY ($1::uuid[])
