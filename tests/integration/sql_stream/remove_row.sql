-- remove_row($1 text name, $2 bigint seq) -> as if it never was
DELETE FROM stream WHERE name = $1::text AND seq = $2::bigint
