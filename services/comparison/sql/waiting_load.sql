-- waiting_load() -> for each dataset the records that wait and the day on which intake received the oldest of them
SELECT w.dataset, w.records, e.received
  FROM (SELECT dataset, sum(records)::int8 AS records, min(seq) AS oldest FROM waiting GROUP BY dataset) AS w
  LEFT JOIN facts_event e ON e.seq = w.oldest
 ORDER BY w.dataset
