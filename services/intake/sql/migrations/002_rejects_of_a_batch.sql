-- What was refused of one batch is read by its name.
create index quarantine_by_batch on quarantine (dataset, batch, n) where state = 'open';
