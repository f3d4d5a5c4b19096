-- person_home($1 uuid person) -> the household that claims the person, or who is one with the person; NULL when none does
SELECT p.household FROM person p
 WHERE p.person = $1::uuid
    OR p.person IN (SELECT o.person FROM person_same s JOIN person_same o ON o.head = s.head WHERE s.person = $1::uuid
                    UNION SELECT s.head FROM person_same s WHERE s.person = $1::uuid
                    UNION SELECT o.person FROM person_same o WHERE o.head = $1::uuid)
 ORDER BY p.household NULLS LAST LIMIT 1
