-- find_list($1 text dataset, $2 text snapshot)
--   -> n, scope, as_of, parts, count, total, state, parts_in, records, rejected, found_total
select n, scope, as_of, parts, count, total, state, parts_in, records, rejected, found_total
  from list where dataset = $1 and snapshot = $2
