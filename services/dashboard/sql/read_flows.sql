-- read_flows($1 date from, $2 text region) -> month (its first day), kind, direction, findings opened, withdrawn
SELECT date_trunc('month', day)::date AS month, kind, direction, sum(opened)::bigint AS opened, sum(closed)::bigint AS closed
  FROM flow
 WHERE what = 'finding' AND day >= $1::date AND starts_with(region, left($2::text, 9))
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3;
