-- read_open_alerts($1 text region) -> township, level, state, kind, open alerts, of them overdue
SELECT left(region, 9) AS township, level, state, kind, count(*)::bigint AS alerts,
       (count(*) FILTER (WHERE overdue))::bigint AS overdue
  FROM alert
 WHERE state <> 'closed' AND starts_with(region, $1::text)
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4;
