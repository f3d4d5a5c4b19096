-- same_replay($1 uuid[] persons, $2 int8 position) -> the same, as it was known up to this facts event
WITH mine AS (SELECT DISTINCT ON (v.person) v.person, v.head FROM person_same_version v
               WHERE v.person = ANY ($1::uuid[]) AND v.seq <= $2::int8 ORDER BY v.person, v.seq DESC),
     head AS (SELECT head FROM mine UNION SELECT unnest($1::uuid[])),
     maybe AS (SELECT DISTINCT v.person FROM person_same_version v JOIN head USING (head) UNION SELECT head FROM head),
     known AS (SELECT DISTINCT ON (v.person) v.person, v.head, v.provisional, v.shift, v.sex, v.born, v.seq
                 FROM person_same_version v JOIN maybe USING (person)
                WHERE v.seq <= $2::int8 ORDER BY v.person, v.seq DESC)
SELECT k.person, k.head, k.provisional, k.shift, k.sex, k.born, k.seq, e.received
  FROM known k JOIN head USING (head) LEFT JOIN facts_event e USING (seq)
