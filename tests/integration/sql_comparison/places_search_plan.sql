-- places_search_plan() -> how places_search.sql reads the history, under the settings of the service's connections
EXPLAIN (COSTS off)
SELECT DISTINCT f.dataset, f.key, f.holder, f.of_household, f.region
  FROM fact_version f
 WHERE f.ctid >= ('(' || (SELECT 0)::int8 || ',0)')::tid AND f.ctid < ('(' || (SELECT 9)::int8 || ',0)')::tid
   AND f.op = 8 AND (f.key IN (SELECT unnest(ARRAY[gen_random_uuid()]))) IS TRUE
 ORDER BY f.key, f.holder
