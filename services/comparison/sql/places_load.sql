-- places_load($1 uuid[] keys) -> to whom versions of each record were put, and of whom versions spoke that could not be applied, as far
--   as they are in the index: one of them has it now, or nobody
SELECT DISTINCT f.dataset, f.key, f.holder, f.of_household, f.region
  FROM (SELECT DISTINCT unnest($1::uuid[]) AS key OFFSET 0) k
 CROSS JOIN LATERAL (
       SELECT * FROM fact_version r WHERE r.key = k.key AND r.op IN (1, 7) OFFSET 0) f
 WHERE f.holder IS NOT NULL
 ORDER BY f.key, f.holder
