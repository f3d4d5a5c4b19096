-- Who decides about a whole list that waits must see what it would do: entries of its scope, and those that it would end.
alter table list add column entries bigint, add column would_end bigint;
update list l
   set entries = (select count(*) from list_entry e where e.dataset = l.dataset and e.scope = l.scope),
       would_end = (select count(*) from list_entry e where e.dataset = l.dataset and e.scope = l.scope
                       and not exists (select from list_stage s where s.list = l.n and s.key = e.key))
 where state in ('needs_confirmation', 'inconsistent');
