-- poison_list($1 bigint rows) -> stream, seq, record, code, message, at of what is open, oldest first
SELECT stream, seq, record, code, message, at
FROM poison
WHERE state = 'open'
ORDER BY at, stream, seq, record
LIMIT $1::bigint
