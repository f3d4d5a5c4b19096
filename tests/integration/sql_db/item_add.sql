-- item_add($1 int id, $2 int n) -> 1 row
INSERT INTO item (id, n) VALUES ($1::int, $2::int)
