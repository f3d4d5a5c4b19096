-- remove_before($1 text name, $2 bigint seq) -> older events are no longer kept
DELETE FROM stream WHERE name = $1::text AND seq < $2::bigint
