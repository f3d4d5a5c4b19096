-- list_absent($1 bigint list, $2 text dataset, $3 text scope) -> key of each entry that is no longer there
select e.key from list_entry e
 where e.dataset = $2 and e.scope = $3 and not exists (select from list_stage s where s.list = $1 and s.key = e.key)
 order by e.key
