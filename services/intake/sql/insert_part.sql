-- insert_part($1 bigint list, $2 integer part, $3 text batch) -> 1 row, 0 when that part is in already
insert into list_part (list, part, batch) values ($1, $2, $3) on conflict do nothing
