-- homes_of($1 uuid[] persons, $2 uuid[] households) -> the persons that are known, with the household in which they live and its
--   ordinal; with person NULL the households that are known
SELECT person, household, ordinal FROM person WHERE person = ANY ($1::uuid[])
UNION ALL
SELECT NULL, household, ordinal FROM household WHERE household = ANY ($2::uuid[])
