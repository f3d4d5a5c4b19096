-- outcomes_load($1 uuid household) -> its outcomes, oldest first
SELECT stream, matter, version, seq, finding, state, day, data FROM outcome WHERE household = $1::uuid
 ORDER BY day NULLS LAST, stream, seq
