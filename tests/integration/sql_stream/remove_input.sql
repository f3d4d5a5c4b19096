-- remove_input($1 text stream, $2 bigint seq) -> a hole in the log
DELETE FROM input WHERE stream = $1::text AND seq = $2::bigint
