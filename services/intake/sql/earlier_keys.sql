-- earlier_keys($1 text dataset, $2 bigint seq) -> keys of the batches journaled before it
select keys from batch where dataset = $1 and seq_first < $2 and retracted is null
