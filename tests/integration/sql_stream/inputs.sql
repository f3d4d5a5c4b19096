-- inputs() -> stream, seq in the order applied
SELECT stream, seq FROM input ORDER BY ord
