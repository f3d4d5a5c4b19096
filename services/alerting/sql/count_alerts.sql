-- count_alerts() -> state, level, alerts, those of them whose visit is overdue; one that was made late is not any more
SELECT a.state, a.level, count(*), count(*) FILTER (WHERE a.overdue AND a.state IN ('open', 'acknowledged', 'assigned'))
  FROM alert a
 GROUP BY a.state, a.level
 ORDER BY a.state, a.level;
