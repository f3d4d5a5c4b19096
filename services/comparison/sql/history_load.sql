-- history_load($1 uuid[] holders, $2 int8 up to this facts event) -> what records did to them, oldest first
SELECT holder, seq, idx, dataset, key, op, body FROM fact_version
 WHERE holder = ANY ($1::uuid[]) AND seq <= $2::int8
 ORDER BY seq, idx, op DESC
