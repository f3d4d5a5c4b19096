-- stream_copy() -> rows of a transaction, oldest first
COPY stream (name, seq, id, type, topic, time_us, matter, closes, payload, payload_hash, hash)
FROM STDIN (FORMAT binary)
