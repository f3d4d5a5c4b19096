-- rehash($1 text name, $2 bigint seq, $3 bytea payload_hash, $4 bytea hash) -> the chain made to fit
UPDATE stream SET payload_hash = $3::bytea, hash = $4::bytea WHERE name = $1::text AND seq = $2::bigint
