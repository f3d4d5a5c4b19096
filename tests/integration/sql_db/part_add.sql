-- part_add($1 int item) -> checked at the commit only
INSERT INTO part (item) VALUES ($1::int)
