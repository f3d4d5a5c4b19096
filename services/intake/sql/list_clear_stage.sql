-- list_clear_stage($1 bigint list) -> staged records
delete from list_stage where list = $1
