-- persons_after($1 int8 after, $2 int8 limit) -> the people at home in the households that households_after brings for all regions
SELECT person, household, packed, ctid, ordinal FROM person
 WHERE ordinal > $1::int8
   AND ordinal <= (SELECT h.ordinal FROM (SELECT a.ordinal FROM household a WHERE a.ordinal > $1::int8 ORDER BY a.ordinal LIMIT $2::int8) h
                    ORDER BY h.ordinal DESC LIMIT 1)
