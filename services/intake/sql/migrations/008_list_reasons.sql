-- A list's numbers are counted anew while it waits; its reason no longer repeats those of the day on which it came.
update list l
   set reason = coalesce('over ' || substring(reason from 'entries would end, over ([0-9]+) %')
                         || ' % of the entries would have ended when it came; a person must confirm', reason),
       entries = (select count(*) from list_entry e where e.dataset = l.dataset and e.scope = l.scope),
       would_end = (select count(*) from list_entry e where e.dataset = l.dataset and e.scope = l.scope
                       and not exists (select from list_stage s where s.list = l.n and s.key = e.key))
 where state in ('needs_confirmation', 'inconsistent');
