-- route_add($1 uuid[] persons, $2 uuid to, $3 text[] datasets, $4 text[] departments, $5 uuid[] keys) -> one row for each pair of them
insert into person_route (person, to_person, dataset, department, key)
select p, $2, t.dataset, t.department, nullif(t.key, '00000000-0000-0000-0000-000000000000'::uuid)
  from unnest($1::uuid[]) as p, unnest($3::text[], $4::text[], $5::uuid[]) as t (dataset, department, key)
