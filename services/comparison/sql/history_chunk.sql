-- history_chunk($1 int8 rows) -> the chunk that so many rows of the history go to; a full one is left behind
UPDATE history_tail
   SET chunk = chunk + CASE WHEN rows >= 262144 THEN 1 ELSE 0 END, rows = CASE WHEN rows >= 262144 THEN 0 ELSE rows END + $1::int8
RETURNING chunk
