-- late_streams() -> name of each stream that this schema produces, by one step in the index each
WITH RECURSIVE step AS (
    (SELECT name FROM stream ORDER BY name LIMIT 1)
    UNION ALL
    SELECT (SELECT s.name FROM stream s WHERE s.name > step.name ORDER BY s.name LIMIT 1)
    FROM step
    WHERE step.name IS NOT NULL
)
SELECT name FROM step WHERE name IS NOT NULL
