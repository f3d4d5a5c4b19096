-- persons_load($1 uuid[] persons) -> those that are known, with their packed facts and where the row stands
SELECT person, household, packed, ctid FROM person WHERE person = ANY ($1::uuid[])
