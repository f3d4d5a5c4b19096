-- mark_retracted($1 text source, $2 text dataset, $3 text id) -> 1 row
update batch set retracted = now() where source = $1 and dataset = $2 and id = $3
