-- links_delete($1 bigint[] n) -> one row each
delete from person_link where n = any($1)
