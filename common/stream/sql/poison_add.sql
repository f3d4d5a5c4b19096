-- poison_add($1 text stream, $2 bigint seq, $3 bigint record, $4 text code, $5 text message) -> 1 row; open again when it was
-- there before
INSERT INTO poison (stream, seq, record, code, message)
VALUES ($1::text, $2::bigint, $3::bigint, $4::text, $5::text)
ON CONFLICT (stream, seq, record) DO UPDATE
SET code = excluded.code, message = excluded.message, at = now(), state = 'open'
