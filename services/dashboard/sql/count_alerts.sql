-- count_alerts($1 text[] states, $2 text[] levels, $3 text region, $4 text[] kinds, $5 bool overdue) -> how many list_alerts has
SELECT count(*)::bigint AS total
  FROM alert a
 WHERE a.state = ANY ($1::text[])
   AND (cardinality($2::text[]) = 0 OR a.level = ANY ($2::text[]))
   AND starts_with(a.region, $3::text)
   AND (cardinality($4::text[]) = 0 OR a.kind = ANY ($4::text[]))
   AND ($5::boolean IS NULL OR a.overdue = $5::boolean);
