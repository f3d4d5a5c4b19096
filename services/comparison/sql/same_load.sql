-- same_load($1 uuid[] persons) -> person, head, provisional, shift, sex, born, seq, day on which intake took it: of these, and of
--   all who are one with them
WITH head AS (SELECT DISTINCT s.head FROM person_same s WHERE s.person = ANY ($1::uuid[]) AND s.head <> s.person
              UNION SELECT unnest($1::uuid[])),
told AS (
    SELECT s.* FROM head h JOIN person_same s ON s.head = h.head AND s.head <> s.person
    UNION ALL
    SELECT s.* FROM head h JOIN person_same s ON s.person = h.head AND s.head = s.person)
SELECT t.person, t.head, t.provisional, t.shift, t.sex, t.born, t.seq, e.received
  FROM told t LEFT JOIN facts_event e USING (seq)
