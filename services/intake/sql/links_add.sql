-- links_add($1 text dataset or null, $2 uuid[] keys, $3 uuid[] from, $4 uuid[] into) -> one row each
insert into person_link (dataset, key, from_person, into_person)
select $1, nullif(key, '00000000-0000-0000-0000-000000000000'::uuid), f, i from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as t (key, f, i)
on conflict do nothing
