-- same_closure($1 uuid[] persons) -> person, head or null, kind or null, whether known, sealed or null, key_version, when it was sealed: they and all who are one with them
with seed as (select distinct unnest($1::uuid[]) as person),
     heads as (select s.head from person_same s join seed using (person)),
     member as (select s.person from person_same s join heads using (head) union select person from seed)
select m.person, s.head, p.kind, p.pseudonym is not null, v.sealed, v.key_version, v.updated
  from member m
  left join person_same s on s.person = m.person
  left join person p on p.pseudonym = m.person
  left join person_vault v on v.pseudonym = m.person
 order by m.person
