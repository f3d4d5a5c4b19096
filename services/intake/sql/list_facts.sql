-- list_facts($1 bigint list, $2 text dataset, $3 text scope)
--   -> keys that stand in two parts, entries before, entries that would end, newest as_of applied before, keys that came
select (select count(*) from (select from list_stage where list = $1 group by key having count(*) > 1) twice),
       (select count(*) from list_entry where dataset = $2 and scope = $3),
       (select count(*) from list_entry e where dataset = $2 and scope = $3
           and not exists (select from list_stage s where s.list = $1 and s.key = e.key)),
       (select max(as_of) from list where dataset = $2 and scope = $3 and state = 'applied'),
       (select count(*) from list_stage where list = $1)
