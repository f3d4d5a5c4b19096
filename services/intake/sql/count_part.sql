-- count_part($1 bigint list, $2 bigint records, $3 bigint rejected, $4 bigint total) -> 1 row
update list
   set parts_in = parts_in + 1, records = records + $2, rejected = rejected + $3, found_total = found_total + $4, changed = now()
 where n = $1
