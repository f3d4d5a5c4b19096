-- batch_keys($1 text source, $2 text dataset, $3 text id) -> keys, seq_first, list or null, whether it was retracted, seq_last
select keys, seq_first, list, retracted is not null, seq_last from batch where source = $1 and dataset = $2 and id = $3
