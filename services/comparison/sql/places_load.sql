-- places_load($1 uuid[] keys) -> who holds each record now (op 1, 3; several rows when a record speaks of several holders), and of
--   whom versions spoke since that could not be applied (op 7)
SELECT v.dataset, v.key, v.holder, v.of_household, v.op, v.region
  FROM (SELECT f.dataset, f.key, f.holder, f.of_household, f.region, f.op, f.seq, f.idx,
               rank() OVER (PARTITION BY f.dataset, f.key ORDER BY f.op = 7, f.seq DESC, f.idx DESC) AS age,
               max(ARRAY[f.seq, f.idx]) FILTER (WHERE f.op <= 4) OVER (PARTITION BY f.dataset, f.key) AS latest
          FROM (SELECT DISTINCT unnest($1::uuid[]) AS key OFFSET 0) k
         CROSS JOIN LATERAL (
               SELECT * FROM fact_version r WHERE r.key = k.key AND r.op IN (1, 2, 3, 4, 7) OFFSET 0) f) v
 WHERE v.holder IS NOT NULL AND (v.age = 1 AND v.op IN (1, 3)
       OR v.op = 7 AND (v.latest IS NULL OR ARRAY[v.seq, v.idx::int8] > v.latest))
