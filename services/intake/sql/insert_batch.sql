-- insert_batch($1 text source, $2 text dataset, $3 text id, $4 text department, $5 uuid digest, $6 text receipt,
--   $7 bigint accepted, $8 bigint rejected, $9 bigint seq_first, $10 bigint seq_last, $11 bytea keys, $12 bigint list)
--   -> 1 row, 0 when another process was faster; counted in its feed, too
with taken as (
  insert into batch (source, dataset, id, department, digest, receipt, accepted, rejected, seq_first, seq_last, keys, list)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict do nothing
  returning dataset, accepted, rejected, seq_last)
insert into feed as f (dataset, batches, accepted, rejected, last_at, last_seq)
select dataset, 1, accepted, rejected, now(), seq_last from taken
on conflict (dataset) do update
   set batches = f.batches + 1, accepted = f.accepted + excluded.accepted, rejected = f.rejected + excluded.rejected,
       last_at = excluded.last_at, last_seq = coalesce(excluded.last_seq, f.last_seq)
