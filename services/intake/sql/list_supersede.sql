-- list_supersede($1 bigint list, $2 text dataset, $3 text scope, $4 date as_of) -> older lists that are overtaken
with old as (
  update list set state = 'superseded', reason = 'a newer list was applied', changed = now()
   where dataset = $2 and scope = $3 and n <> $1 and as_of <= $4 and state in ('waiting', 'needs_confirmation', 'inconsistent')
  returning n)
delete from list_stage s using old where s.list = old.n
