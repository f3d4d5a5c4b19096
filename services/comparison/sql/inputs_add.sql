-- inputs_add($1 int8[] seqs, $2 uuid[] events, $3 date[] received, $4 date business day, $5 text[] datasets, NULL: of none)
WITH told AS (
    SELECT n.seq, n.event, n.received, n.dataset
      FROM unnest($1::int8[], $2::uuid[], $3::date[], $5::text[]) AS n (seq, event, received, dataset)
), latest AS (
    INSERT INTO dataset_time AS d (dataset, seq, received, at)
    SELECT DISTINCT ON (t.dataset) t.dataset, t.seq, t.received, now()
      FROM told t
     WHERE t.dataset IS NOT NULL
     ORDER BY t.dataset, t.seq DESC
        ON CONFLICT (dataset) DO UPDATE SET seq = excluded.seq, received = excluded.received, at = excluded.at
     WHERE d.seq < excluded.seq
)
INSERT INTO facts_event (seq, event, received, day, at)
SELECT t.seq, t.event, t.received, $4::date, now()
  FROM told t
    ON CONFLICT (seq) DO NOTHING
