-- change_byte($1 text name, $2 bigint seq) -> one byte of one payload, as somebody with psql would
UPDATE stream SET payload = set_byte(payload, 150, (get_byte(payload, 150) + 1) % 256) WHERE name = $1::text AND seq = $2::bigint
