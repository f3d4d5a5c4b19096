-- entries_delete($1 text dataset, $2 uuid[] keys)
--   -> lists that wait for a person, without the entries that are gone: records taken back outside a list
with gone as (delete from list_entry where dataset = $1 and key = any ($2::uuid[]) returning key, scope)
update list l
   set entries = entries - (select count(*) from gone g where g.scope = l.scope),
       would_end = would_end - (select count(*) from gone g where g.scope = l.scope
                                   and not exists (select from list_stage s where s.list = l.n and s.key = g.key))
 where dataset = $1 and state in ('needs_confirmation', 'inconsistent')
