-- list_delete_entries($1 bigint list, $2 text dataset, $3 text scope) -> entries that end or are taken back
delete from list_entry e
 where e.dataset = $2
   and (e.scope = $3 and not exists (select from list_stage s where s.list = $1 and s.key = e.key)
        or exists (select from list_stage s where s.list = $1 and s.key = e.key and s.retract))
