-- list_changes($1 bigint list, $2 text dataset) -> batch, item: what is new or changed, in the order sent
select p.batch, s.item
  from list_stage s
  join list_part p on p.list = s.list and p.part = s.part
  left join list_entry e on e.dataset = $2 and e.key = s.key
 where s.list = $1 and (s.retract and e.key is not null or not s.retract and e.digest is distinct from s.digest)
 order by s.part, s.index
