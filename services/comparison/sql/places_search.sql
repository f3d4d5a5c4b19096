-- places_search($1 uuid[] keys, $2 int8 from this block of the history, $3 int8 to before this one) -> the same of versions that are
--   not in the index: everything there is read, in the order of the disk, and held against the keys
SELECT DISTINCT f.dataset, f.key, f.holder, f.of_household, f.region
  FROM fact_version f
 WHERE f.ctid >= ('(' || $2::int8 || ',0)')::tid AND f.ctid < ('(' || $3::int8 || ',0)')::tid
   AND f.op = 8 AND (f.key IN (SELECT unnest($1::uuid[]))) IS TRUE
 ORDER BY f.key, f.holder
