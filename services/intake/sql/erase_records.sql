-- erase_records($1 bigint[] n) -> rejected records that are gone
delete from quarantine where n = any ($1::bigint[])
