-- entries_put($1 text dataset, $2 uuid[] keys, $3 uuid[] digests)
--   -> lists that wait for a person, with the entries that are new counted: a record sent outside a list
with fresh as (
  select key from unnest($2::uuid[]) as t (key) where not exists (select from list_entry e where e.dataset = $1 and e.key = t.key)
), put as (
  insert into list_entry as e (dataset, key, scope, digest)
  select $1, key, '', digest from unnest($2::uuid[], $3::uuid[]) as t (key, digest)
  on conflict (dataset, key) do update set digest = excluded.digest)
update list l
   set entries = entries + (select count(*) from fresh),
       would_end = would_end + (select count(*) from fresh f where not exists (select from list_stage s where s.list = l.n and s.key = f.key))
 where dataset = $1 and scope = '' and state in ('needs_confirmation', 'inconsistent')
