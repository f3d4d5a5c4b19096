-- list_recount($1 text dataset) -> lists that wait for a person, counted anew: a list that was applied has changed the entries,
-- of other scopes, too, since a key that it names belongs to its scope from then on
update list l
   set entries = (select count(*) from list_entry e where e.dataset = $1 and e.scope = l.scope),
       would_end = (select count(*) from list_entry e where e.dataset = $1 and e.scope = l.scope
                       and not exists (select from list_stage s where s.list = l.n and s.key = e.key))
 where dataset = $1 and state in ('needs_confirmation', 'inconsistent')
