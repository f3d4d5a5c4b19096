-- list_feeds() -> dataset, batches, accepted, rejected, last_at, last_seq
select dataset, batches, accepted, rejected, last_at, last_seq from feed order by dataset
