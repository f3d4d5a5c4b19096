-- change_topic($1 text name, $2 bigint seq, $3 text topic) -> hidden from who subscribes to it
UPDATE stream SET topic = $3::text WHERE name = $1::text AND seq = $2::bigint
