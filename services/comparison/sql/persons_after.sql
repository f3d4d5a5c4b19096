-- persons_after($1 uuid after, $2 int8 limit) -> the people at home in the households that households_after brings for all regions
SELECT person, household, packed, ctid FROM person
 WHERE household > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
   AND household <= (SELECT h.household FROM (SELECT a.household FROM household a
                                               WHERE a.household > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
                                               ORDER BY a.household LIMIT $2::int8) h
                      ORDER BY h.household DESC LIMIT 1)
