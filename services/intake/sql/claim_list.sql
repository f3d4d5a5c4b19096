-- claim_list($1 text dataset, $2 text snapshot, $3 text scope, $4 date as_of, $5 integer parts, $6 bigint count,
--   $7 bigint total) -> 1 row if new, 0 if known
insert into list (dataset, snapshot, scope, as_of, parts, count, total, state)
values ($1, $2, $3, $4, $5, $6, $7, 'waiting')
on conflict (dataset, snapshot) do nothing
