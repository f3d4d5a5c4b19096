-- history_index($1 int8 dataset, $2 int8 from this block of the history, $3 int8 to before this one): its versions are in the index by
--   key from now on
UPDATE fact_version SET op = 1
 WHERE ctid >= ('(' || $2::int8 || ',0)')::tid AND ctid < ('(' || $3::int8 || ',0)')::tid AND op = 8 AND dataset = $1::int8
