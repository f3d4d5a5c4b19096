-- add_effect($1 bigint seq, $2 bigint record, $3 bigint n) -> 1 row
INSERT INTO effect (seq, record, n) VALUES ($1::bigint, $2::bigint, $3::bigint)
