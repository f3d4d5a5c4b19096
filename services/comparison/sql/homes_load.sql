-- homes_load($1 int8[] ordinals of households) -> the people at home there, as persons_load
SELECT person, household, packed, ctid, ordinal FROM person WHERE ordinal = ANY ($1::int8[])
