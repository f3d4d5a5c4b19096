-- count_alerts() -> state, level, alerts, overdue among them
SELECT a.state, a.level, count(*), count(*) FILTER (WHERE a.overdue)
  FROM alert a
 GROUP BY a.state, a.level
 ORDER BY a.state, a.level;
