-- add_item($1 bigint n) -> 1 row
INSERT INTO item (n) VALUES ($1::bigint)
