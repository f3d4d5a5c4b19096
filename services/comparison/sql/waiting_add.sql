-- waiting_add($1 text[] datasets, $2 int8[] facts events, $3 int8[] more or fewer records)
INSERT INTO waiting AS w (dataset, seq, records)
SELECT n.dataset, n.seq, n.records FROM unnest($1::text[], $2::int8[], $3::int8[]) AS n (dataset, seq, records)
    ON CONFLICT (dataset, seq) DO UPDATE SET records = w.records + excluded.records
