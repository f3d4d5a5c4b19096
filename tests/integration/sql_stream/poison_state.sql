-- poison_state($1 text stream, $2 bigint seq, $3 bigint record) -> state, code, message
SELECT state, code, message FROM poison WHERE stream = $1::text AND seq = $2::bigint AND record = $3::bigint
