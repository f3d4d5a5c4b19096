-- poison_close($1 text stream, $2 bigint seq, $3 bigint record, $4 text state) -> 1 row when it was open
UPDATE poison SET state = $4::text
WHERE stream = $1::text AND seq = $2::bigint AND record = $3::bigint AND state = 'open'
