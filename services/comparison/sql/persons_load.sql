-- persons_load($1 uuid[] persons) -> those that are known, with their packed facts, where the row stands and their household's ordinal
SELECT person, household, packed, ctid, ordinal FROM person WHERE person = ANY ($1::uuid[])
