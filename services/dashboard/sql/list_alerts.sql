-- list_alerts($1 text[] states, $2 text[] levels, $3 text region, $4 text[] kinds, $5 bool overdue, $6 int8 before,
--   $7 int8 limit) -> alerts, the newest first
-- An empty list of levels or kinds is all of them; NULL `before` is the beginning; NULL `overdue` does not choose.
SELECT a.alert, a.version, a.state, a.level, a.household, a.region, a.category, a.kind, a.opened, a.due, a.overdue,
       a.first_seq, a.seq, f.since, f.monthly_money, f.enrolled_money, f.overpaid, f.margin
  FROM alert a
  LEFT JOIN finding f ON f.finding = a.lead
 WHERE a.state = ANY ($1::text[])
   AND (cardinality($2::text[]) = 0 OR a.level = ANY ($2::text[]))
   AND starts_with(a.region, $3::text)
   AND (cardinality($4::text[]) = 0 OR a.kind = ANY ($4::text[]))
   AND ($5::boolean IS NULL OR a.overdue = $5::boolean)
   AND ($6::bigint IS NULL OR a.first_seq < $6::bigint)
 ORDER BY a.first_seq DESC
 LIMIT $7::bigint;
