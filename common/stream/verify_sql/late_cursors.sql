-- late_cursors() -> stream, seq, hash: how far this schema has applied what it consumes
SELECT stream, seq, hash FROM cursor ORDER BY stream
