-- outcomes_add($1 text stream, $2 uuid[] matters, $3 int8[] versions, $4 int8[] seqs, $5 uuid[] households,
--   $6 uuid[] findings (NULL = none), $7 text[] states, $8 date[] days, $9 text[] data)
INSERT INTO outcome (stream, matter, version, seq, household, finding, state, day, data)
SELECT $1::text, n.matter, n.version, n.seq, n.household, n.finding, n.state,
       n.day, n.data
  FROM unnest($2::uuid[], $3::int8[], $4::int8[], $5::uuid[], $6::uuid[], $7::text[], $8::date[], $9::text[])
       AS n (matter, version, seq, household, finding, state, day, data)
    ON CONFLICT (stream, matter, version) DO NOTHING
