-- rulings_end($1 uuid household, $2 uuid person (NULL: the household), $3 text category, $4 date business day) -> whether something
--   counted that was decided about it, under any of the person's names; that under this name is ended
WITH head AS (
    SELECT coalesce((SELECT head FROM person_same WHERE person = $2::uuid), $2::uuid) AS person
), names AS (
    SELECT person FROM head UNION SELECT $2::uuid UNION SELECT s.person FROM person_same s JOIN head h ON s.head = h.person
), last AS (
    SELECT verb FROM ruling
     WHERE household = $1::uuid AND category = $3::text AND known_until IS NULL AND verb <> 'applied'
       AND CASE WHEN $2::uuid IS NULL THEN person IS NULL ELSE person IN (SELECT person FROM names) END
     ORDER BY number DESC LIMIT 1
), ended AS (
    UPDATE ruling
       SET known_until = now(), ended_on = $4::date,
           ended_position = (SELECT coalesce(max(seq), 0) FROM cursor WHERE stream = 'facts'),
           ended_after = (SELECT coalesce(max(seq), 0) FROM finding_version WHERE household = $1::uuid)
     WHERE household = $1::uuid AND person IS NOT DISTINCT FROM $2::uuid AND category = $3::text AND known_until IS NULL
       AND verb <> 'applied'
)
SELECT EXISTS (SELECT FROM last WHERE verb <> 'withdrawn') AS counted
