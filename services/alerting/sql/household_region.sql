-- household_region($1 uuid household, $2 text matter) -> region of the last finding about it; $2 NULL: of any matter
SELECT f.region
  FROM finding f
 WHERE f.household = $1::uuid AND ($2::text IS NULL OR f.matter = $2::text)
 ORDER BY f.opened DESC, f.finding
 LIMIT 1;
