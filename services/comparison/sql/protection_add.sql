-- protection_add($1 text dataset, $2 int8 facts event, $3 bool protected from then on) -> whether there may be records of it already
INSERT INTO protection (dataset, seq, protected) VALUES ($1::text, $2::int8, $3::bool)
RETURNING EXISTS (SELECT 1 FROM term WHERE word = $1::text) AS known
