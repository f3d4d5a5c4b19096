-- households_at($1 int8[] ordinals) -> these, with entry and own facts
SELECT household, next_day, packed, ordinal FROM household WHERE ordinal = ANY ($1::int8[])
