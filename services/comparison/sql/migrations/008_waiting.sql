-- Why: what was said about people and households that the register does not have yet waits, and whoever runs the bureau must
-- see how much of it, of which department, and since when.

-- By the facts event that brought them: records at persons in no household and at households without an entry.
CREATE TABLE waiting (
    dataset text NOT NULL,
    seq     int8 NOT NULL,
    records int8 NOT NULL,
    PRIMARY KEY (dataset, seq)
);

INSERT INTO waiting (dataset, seq, records)
SELECT t.word, v.put, count(*)
  FROM (SELECT DISTINCT ON (f.holder, f.dataset, f.key) f.holder, f.dataset, f.op,
               max(f.seq) FILTER (WHERE f.op = 1) OVER (PARTITION BY f.holder, f.dataset, f.key) AS put
          FROM fact_version f
         WHERE f.op IN (1, 2, 3, 4)
           AND (EXISTS (SELECT 1 FROM person p WHERE p.person = f.holder AND p.household IS NULL)
                OR EXISTS (SELECT 1 FROM household h WHERE h.household = f.holder AND h.region = ''))
         ORDER BY f.holder, f.dataset, f.key, f.seq DESC, f.idx DESC) AS v
  JOIN term t ON t.term = v.dataset
 WHERE v.op IN (1, 3) AND v.put IS NOT NULL
 GROUP BY t.word, v.put;

-- Of whom nothing is known any more; such a row is not kept from now on.
DELETE FROM person p
 WHERE p.household IS NULL
   AND NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (f.dataset, f.key) f.op FROM fact_version f
                                   WHERE f.holder = p.person AND f.op IN (1, 2, 3, 4, 7)
                                   ORDER BY f.dataset, f.key, f.seq DESC, f.idx DESC) AS v
                    WHERE v.op IN (1, 3, 7));
