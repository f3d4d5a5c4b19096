-- history_load($1 uuid[] holders, $2 int8 up to this facts event) -> what records did to them, oldest first
SELECT v.holder, v.seq, v.idx, v.dataset, v.key, v.op, v.body
  FROM generate_series(0, (SELECT chunk FROM history_tail)) AS c (chunk)
 CROSS JOIN LATERAL (
       SELECT f.holder, f.seq, f.idx, f.dataset, f.key, CASE f.op WHEN 8 THEN 1 ELSE f.op END AS op, f.body
         FROM fact_version f WHERE f.chunk = c.chunk AND f.holder = ANY ($1::uuid[]) AND f.seq <= $2::int8 OFFSET 0) v
 ORDER BY v.seq, v.idx, v.op DESC
