-- find_batch($1 text source, $2 text dataset, $3 text id) -> digest, receipt; no row when it is new
select digest, receipt from batch where source = $1 and dataset = $2 and id = $3
