-- households_count($1 text region prefix) -> how many households there are
SELECT count(*) AS households FROM household WHERE starts_with(region, $1::text)
