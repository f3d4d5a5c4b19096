-- cursor_load($1 text stream) -> seq, hash; no row before the first event
SELECT seq, hash FROM cursor WHERE stream = $1::text
