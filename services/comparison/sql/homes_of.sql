-- homes_of($1 uuid[] persons) -> those that are known, with the household in which they live
SELECT person, household FROM person WHERE person = ANY ($1::uuid[])
