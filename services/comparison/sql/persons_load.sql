-- persons_load($1 uuid[] persons) -> those that are known, with their packed facts
SELECT person, household, packed FROM person WHERE person = ANY ($1::uuid[])
