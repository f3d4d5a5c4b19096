-- item_change($1 int id, $2 int n) -> 1 row
UPDATE item SET n = $2::int WHERE id = $1::int
