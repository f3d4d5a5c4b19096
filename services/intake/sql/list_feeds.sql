-- list_feeds() -> dataset, batches, accepted, rejected, last_at, last_seq, silent_since
select dataset, batches, accepted, rejected, last_at, last_seq, silent_since from feed order by dataset
