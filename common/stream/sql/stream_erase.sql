-- stream_erase($1 text name, $2 bigint seq, $3 text by_order) -> 1 row when there was a payload
UPDATE stream SET payload = NULL, erased = $3::text
WHERE name = $1::text AND seq = $2::bigint AND payload IS NOT NULL
