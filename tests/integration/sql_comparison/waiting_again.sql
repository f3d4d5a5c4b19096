-- waiting_again() -> the same, counted from the history
SELECT concat_ws(' ', t.word, v.put, count(*)) AS line
  FROM (SELECT DISTINCT ON (f.holder, f.dataset, f.key) f.holder, f.dataset, f.op,
               max(f.seq) FILTER (WHERE f.op IN (1, 8)) OVER (PARTITION BY f.holder, f.dataset, f.key) AS put
          FROM fact_version f
         WHERE f.op IN (1, 2, 3, 4, 8)
           AND (EXISTS (SELECT 1 FROM person p WHERE p.person = f.holder AND p.household IS NULL)
                OR EXISTS (SELECT 1 FROM household h WHERE h.household = f.holder AND h.region = ''))
         ORDER BY f.holder, f.dataset, f.key, f.seq DESC, f.idx DESC) AS v
  JOIN term t ON t.term = v.dataset
 WHERE v.op IN (1, 3, 8)
 GROUP BY t.word, v.put ORDER BY 1
