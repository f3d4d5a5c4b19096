-- Why: what was known at a moment is what had been committed by then.  All that one transaction writes has one time, the server's at
-- which it began; a single connection writes, one transaction after the other, so these times are in the order of the commits.
ALTER TABLE finding_version ADD COLUMN at timestamptz;

-- Rows from before: when they were published, where the stream has kept that; never before the facts that brought them.
UPDATE finding_version v
   SET at = greatest((SELECT to_timestamp(s.time_us / 1e6) FROM stream s WHERE s.name = 'findings' AND s.seq = v.seq),
                     (SELECT e.at FROM facts_event e WHERE e.seq <= v.position ORDER BY e.seq DESC LIMIT 1), '-infinity');

ALTER TABLE finding_version ALTER COLUMN at SET NOT NULL, ALTER COLUMN at SET DEFAULT now();

-- When each business day began.
CREATE TABLE business_day (
    day date PRIMARY KEY,
    at  timestamptz NOT NULL DEFAULT now()
);
INSERT INTO business_day (day, at)
SELECT day, min(at)
  FROM (SELECT day, at FROM facts_event WHERE day IS NOT NULL
         UNION ALL
        SELECT day, at FROM policy_in_force
         UNION ALL
        SELECT day, at FROM finding_version
         UNION ALL
        SELECT (convert_from(payload, 'UTF8')::json #>> '{data,date}')::date, to_timestamp(time_us / 1e6)
          FROM stream
         WHERE name = 'findings' AND topic = 'day' AND payload IS NOT NULL
         UNION ALL
        SELECT day, now() FROM clock WHERE day IS NOT NULL) AS seen
 GROUP BY day;
