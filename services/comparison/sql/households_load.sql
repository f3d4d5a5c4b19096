-- households_load($1 uuid[] households) -> those that are known, with entry and own facts
SELECT household, next_day, packed, ordinal FROM household WHERE household = ANY ($1::uuid[])
