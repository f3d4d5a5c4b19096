-- households_standing() -> households in the order in which their rows stand
SELECT household::text AS line FROM household ORDER BY ctid
