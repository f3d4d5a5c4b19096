-- count_feed($1 text dataset, $2 bigint accepted, $3 bigint rejected, $4 bigint last_seq) -> 1 row
insert into feed as f (dataset, batches, accepted, rejected, last_at, last_seq)
values ($1, 1, $2, $3, now(), $4)
on conflict (dataset) do update
   set batches = f.batches + 1, accepted = f.accepted + excluded.accepted, rejected = f.rejected + excluded.rejected,
       last_at = excluded.last_at, last_seq = coalesce(excluded.last_seq, f.last_seq)
