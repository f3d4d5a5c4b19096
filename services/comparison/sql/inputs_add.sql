-- inputs_add($1 int8[] seqs, $2 uuid[] events, $3 date[] received, $4 date business day, $5 timestamptz now)
INSERT INTO facts_event (seq, event, received, day, at)
SELECT n.seq, n.event, n.received, $4::date, $5::timestamptz
  FROM unnest($1::int8[], $2::uuid[], $3::date[]) AS n (seq, event, received)
    ON CONFLICT (seq) DO NOTHING
