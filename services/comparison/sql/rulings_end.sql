-- rulings_end($1 uuid household, $2 uuid person (NULL: the household), $3 text category, $4 date business day) -> how many decisions no longer count
WITH ended AS (
    UPDATE ruling SET known_until = now(), ended_on = $4::date
     WHERE household = $1::uuid AND person IS NOT DISTINCT FROM $2::uuid AND category = $3::text AND known_until IS NULL
       AND verb <> 'applied'
    RETURNING 1
)
SELECT count(*) AS n FROM ended
