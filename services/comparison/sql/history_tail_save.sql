-- history_tail_save($1 int8 chunk, $2 int8 rows)
UPDATE history_tail SET chunk = $1::int8, rows = $2::int8
