-- list_recount($1 text dataset, $2 text scope) -> lists that wait for a person, counted anew since the entries are others now
update list l
   set entries = (select count(*) from list_entry e where e.dataset = $1 and e.scope = $2),
       would_end = (select count(*) from list_entry e where e.dataset = $1 and e.scope = $2
                       and not exists (select from list_stage s where s.list = l.n and s.key = e.key))
 where dataset = $1 and scope = $2 and state in ('needs_confirmation', 'inconsistent')
