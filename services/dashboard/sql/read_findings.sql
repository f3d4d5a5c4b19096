-- read_findings($1 uuid alert) -> the alert's findings as published, the oldest first
SELECT f.data
  FROM finding f
 WHERE f.finding IN (SELECT (item ->> 'finding')::uuid
                       FROM alert a, jsonb_array_elements(a.data::jsonb -> 'findings') AS item
                      WHERE a.alert = $1::uuid)
 ORDER BY f.since, f.opened_seq;
