-- history_tail() -> the chunk that the history goes to, and how many rows it has
SELECT chunk, rows FROM history_tail
