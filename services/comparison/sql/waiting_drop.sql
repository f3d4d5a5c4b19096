-- waiting_drop($1 text[] datasets, $2 int8[] facts events): of which nothing waits any more
DELETE FROM waiting w USING unnest($1::text[], $2::int8[]) AS n (dataset, seq)
 WHERE w.dataset = n.dataset AND w.seq = n.seq AND w.records = 0
