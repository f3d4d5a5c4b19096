-- waiting() -> the records that wait, as counted along the way
SELECT concat_ws(' ', dataset, seq, records) AS line FROM waiting ORDER BY 1
