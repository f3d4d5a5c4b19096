-- households_open() -> how many are assessed when all are: in the register, open, somebody lives there
SELECT count(*) AS n FROM household h
 WHERE region <> '' AND NOT closed AND EXISTS (SELECT FROM person p WHERE p.household = h.household)
