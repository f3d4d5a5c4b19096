-- places_load($1 uuid[] keys) -> who holds each record now; several rows when a record speaks of several holders
SELECT v.dataset, v.key, v.holder, v.of_household
  FROM (SELECT f.dataset, f.key, f.holder, f.of_household, f.op,
               rank() OVER (PARTITION BY f.dataset, f.key ORDER BY f.seq DESC, f.idx DESC) AS age
          FROM fact_version f
         WHERE f.key = ANY ($1::uuid[]) AND f.op <= 4) v
 WHERE v.age = 1 AND v.op IN (1, 3) AND v.holder IS NOT NULL
