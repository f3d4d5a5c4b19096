-- dataset_times() -> the last event of each dataset that was applied
SELECT dataset, seq, received, at FROM dataset_time ORDER BY dataset COLLATE "C"
