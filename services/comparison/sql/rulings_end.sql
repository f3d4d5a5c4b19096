-- rulings_end($1 uuid household, $2 uuid person (NULL: the household), $3 text category, $4 date business day) -> how many decisions no longer count
WITH ended AS (
    UPDATE ruling
       SET known_until = now(), ended_on = $4::date,
           ended_position = (SELECT coalesce(max(seq), 0) FROM cursor WHERE stream = 'facts'),
           ended_after = (SELECT coalesce(max(seq), 0) FROM finding_version WHERE household = $1::uuid)
     WHERE household = $1::uuid AND person IS NOT DISTINCT FROM $2::uuid AND category = $3::text AND known_until IS NULL
       AND verb <> 'applied'
    RETURNING verb
)
SELECT count(*) AS n FROM ended WHERE verb <> 'withdrawn'
