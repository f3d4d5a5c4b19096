-- households_in_order() -> households in the order of their ordinals
SELECT household::text AS line FROM household ORDER BY ordinal
