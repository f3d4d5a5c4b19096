-- entries_put($1 text dataset, $2 uuid[] keys, $3 uuid[] digests) -> entries written: a record sent outside a list
insert into list_entry as e (dataset, key, scope, digest)
select $1, key, '', digest from unnest($2::uuid[], $3::uuid[]) as t (key, digest)
on conflict (dataset, key) do update set digest = excluded.digest
