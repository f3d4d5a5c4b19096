-- list_write_entries($1 bigint list, $2 text dataset, $3 text scope) -> entries that are new or changed
insert into list_entry as e (dataset, key, scope, digest)
select $2, key, $3, digest from list_stage where list = $1 and not retract
on conflict (dataset, key) do update set scope = excluded.scope, digest = excluded.digest
 where (e.scope, e.digest) is distinct from (excluded.scope, excluded.digest)
