-- same_save($1 uuid[] persons, $2 uuid[] heads) -> one row each
insert into person_same (person, head) select person, head from unnest($1::uuid[], $2::uuid[]) as t (person, head)
on conflict (person) do update set head = excluded.head
